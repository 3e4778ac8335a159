// The process: memory settings, threads, versions, and per-thread state.
#include "shim.hpp"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/GradMode.h>
#include <dlfcn.h>
#include <malloc.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace {

int64_t cpu_bytes = 0;  // read by Go without a call
const char* malloc_setting = "glibc's defaults";

// A few free blocks of each small size, per thread. libtorch asks for aligned
// memory, which glibc serves by its slow path: a tenth of a small operator.
class SmallBlocks {
 public:
  static constexpr size_t unit = 64, classes = 16, keep = 64;  // up to 1 KiB

  static size_t class_of(size_t bytes) { return (bytes + unit - 1) / unit; }  // 0 and above `classes`: not ours
  static bool fits(size_t c) { return c >= 1 && c <= classes; }

  void* take(size_t c) { return count_[c] > 0 ? blocks_[c][--count_[c]] : nullptr; }
  bool give(size_t c, void* p) {
    if (over_ || count_[c] == keep) return false;
    blocks_[c][count_[c]++] = p;
    return true;
  }
  ~SmallBlocks() {
    over_ = true;
    for (size_t c = 1; c <= classes; c++)
      while (void* p = take(c)) deleter(p);
  }
  static c10::DeleterFnPtr deleter;  // of the allocator below

 private:
  void* blocks_[classes + 1][keep];
  uint32_t count_[classes + 1] = {};
  bool over_ = false;  // the thread ends
};
c10::DeleterFnPtr SmallBlocks::deleter = nullptr;
thread_local SmallBlocks small;
bool use_small_blocks = false;

// libtorch's CPU allocator, with small blocks kept at hand, and with a count of
// the bytes that tensors hold, so that Go's collector can be told of memory
// which it cannot see.
class Allocator final : public c10::Allocator {
 public:
  explicit Allocator(c10::Allocator* inner) : inner_(inner) { SmallBlocks::deleter = inner->raw_deleter(); }
  bool usable() const { return SmallBlocks::deleter != nullptr; }

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
  c10::DataPtr allocate(size_t n) override { return counted(n); }
#else
  c10::DataPtr allocate(size_t n) const override { return counted(n); }
#endif
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
  void copy_data(void* dst, const void* src, size_t n) const override { default_copy_data(dst, src, n); }
#endif
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  // Virtual in newer versions. Defined here, so that this class's table needs no
  // symbol that an older libtorch lacks: a program that meets one must be able
  // to start, to say so.
  bool is_simple_data_ptr(const c10::DataPtr& p) const { return p.get() == p.get_context(); }

 private:
  c10::DataPtr counted(size_t n) const {
    const size_t c = SmallBlocks::class_of(n);
    if (use_small_blocks && SmallBlocks::fits(c)) {
      void* p = small.take(c);
      if (p == nullptr) p = inner_->raw_allocate(c * SmallBlocks::unit);
      count(p, +1);
      return {p, p, &release, c10::Device(c10::DeviceType::CPU)};
    }
    void* p = inner_->raw_allocate(n);
    count(p, +1);
    return {p, p, &release, c10::Device(c10::DeviceType::CPU)};
  }
  static void release(void* p) {
    if (p == nullptr) return;
    count(p, -1);
    const size_t c = malloc_usable_size(p) / SmallBlocks::unit;
    if (use_small_blocks && SmallBlocks::fits(c) && small.give(c, p)) return;
    SmallBlocks::deleter(p);
  }
  static void count(void* p, int64_t sign) {
    if (p != nullptr)
      __atomic_add_fetch(&cpu_bytes, sign * static_cast<int64_t>(malloc_usable_size(p)), __ATOMIC_RELAXED);
  }
  c10::Allocator* inner_;
};

// With glibc's defaults every training step gives its memory back to the kernel
// and takes it again, page fault by page fault. MULTITORCH_MALLOC=default leaves
// glibc as it is.
__attribute__((constructor)) void settle_memory() {
  if (!mt::fits()) return;
  const char* setting = std::getenv("MULTITORCH_MALLOC");
  if (setting == nullptr || std::strcmp(setting, "default") != 0) {
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TOP_PAD, 64 << 20);
    malloc_setting = "trim 1 GiB, mmap 32 MiB, top pad 64 MiB, small blocks kept";
    use_small_blocks = true;
  }
  static Allocator allocator(c10::GetDefaultCPUAllocator());
  if (allocator.usable()) c10::SetAllocator(c10::DeviceType::CPU, &allocator, 1);
}

thread_local int32_t pinned = 0;

std::atomic<int> budgets{0};  // how often the number of threads was set

using BlasGet = int (*)();
using BlasSet = void (*)(int);

}  // namespace

// OpenMP keeps the number of threads per OS thread, and libtorch sets it at a
// thread's first operation only: a later change has to be brought to each.
void mt::prepare_thread() {
  thread_local int seen = -1;
  const int now = budgets.load(std::memory_order_acquire);
  if (seen == now) return;
  if (seen < 0) watch_warnings();
  if (now > 0) at::init_num_threads();
  seen = now;
}

const int64_t* mt_cpu_bytes(void) { return &cpu_bytes; }
const char* mt_malloc_setting(void) { return malloc_setting; }

int32_t mt_grad_mode(void) { return c10::GradMode::is_enabled(); }
void mt_set_grad_mode(int32_t on) { c10::GradMode::set_enabled(on != 0); }

int32_t mt_pinned(void) { return pinned; }
void mt_set_pinned(int32_t on) { pinned = on; }

const char* mt_compiled_version(void) { return TORCH_VERSION; }

const char* mt_config(void) {
  static const std::string config = at::show_config() + at::get_parallel_info();
  return config.c_str();
}

// libtorch has no function that returns its version, but its own account of how
// it was built names it.
const char* mt_loaded_version(void) {
  static const std::string version = [] {
    std::string all = at::show_config();
    const std::string key = "TORCH_VERSION=";
    size_t at = all.find(key);
    if (at == std::string::npos) return std::string();
    at += key.size();
    return all.substr(at, all.find_first_of(", \n", at) - at);
  }();
  return version.c_str();
}

bool mt::fits() {
  const std::string loaded = mt_loaded_version();
  return loaded.empty() || loaded == mt_compiled_version();
}

mt_error* mt::wrong_version() {
  return make_error(MT_ERROR_OTHER, std::string("this program was built for libtorch ") + mt_compiled_version() + ", but " +
                                        mt_library_path() + " is libtorch " + mt_loaded_version() +
                                        ": build it again (make build), or bring the other libtorch back");
}

const char* mt_library_path(void) {
  static const std::string path = [] {
    Dl_info info;
    if (dladdr(reinterpret_cast<void*>(&at::show_config), &info) == 0 || info.dli_fname == nullptr) return std::string();
    return std::string(info.dli_fname);
  }();
  return path.c_str();
}

mt_error* mt_check_version(void) { return mt::fits() ? nullptr : mt::wrong_version(); }

int32_t mt_num_threads(void) {
  int32_t n = 1;
  mt_error_free(mt::guarded([&] { n = at::get_num_threads(); }));
  return n;
}

mt_error* mt_set_num_threads(int32_t n) {
  return mt::guarded([&] {
    at::set_num_threads(n);
    budgets.fetch_add(1, std::memory_order_release);
    // OpenBLAS has threads of its own, which libtorch's setting does not reach.
    if (auto set = reinterpret_cast<BlasSet>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(n);
  });
}

int32_t mt_blas_threads(void) {
  auto get = reinterpret_cast<BlasGet>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  return get != nullptr ? get() : -1;
}

double mt_pow(double x, double y) { return std::pow(x, y); }

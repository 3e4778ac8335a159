// The process: memory settings, threads, versions, and per-thread state.
#include "shim.hpp"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/GradMode.h>
#include <torch/version.h>
#include <dlfcn.h>
#include <malloc.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

namespace {

int64_t cpu_bytes = 0;  // read by Go without a call
const char* malloc_setting = "glibc's defaults";

// Counts the bytes that CPU tensors hold, so that Go's collector can be told of
// memory which it cannot see. The memory itself is libtorch's allocator's.
class Counting final : public c10::Allocator {
 public:
  explicit Counting(c10::Allocator* inner) : inner_(inner) { deleter_ = inner->raw_deleter(); }
  bool usable() const { return deleter_ != nullptr; }

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
  c10::DataPtr allocate(size_t n) override { return counted(inner_->allocate(n)); }
#else
  c10::DataPtr allocate(size_t n) const override { return counted(inner_->allocate(n)); }
#endif
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
  void copy_data(void* dst, const void* src, size_t n) const override { default_copy_data(dst, src, n); }
#endif
  c10::DeleterFnPtr raw_deleter() const override { return &release; }

 private:
  static c10::DataPtr counted(c10::DataPtr p) {
    // raw_deleter promises that the context is the memory itself.
    void* data = p.get();
    if (data == nullptr) return p;
    if (!p.compare_exchange_deleter(deleter_, &release)) return p;
    __atomic_add_fetch(&cpu_bytes, static_cast<int64_t>(malloc_usable_size(data)), __ATOMIC_RELAXED);
    return p;
  }
  static void release(void* data) {
    if (data != nullptr)
      __atomic_sub_fetch(&cpu_bytes, static_cast<int64_t>(malloc_usable_size(data)), __ATOMIC_RELAXED);
    deleter_(data);
  }
  c10::Allocator* inner_;
  static c10::DeleterFnPtr deleter_;
};
c10::DeleterFnPtr Counting::deleter_ = nullptr;

// With glibc's defaults every training step gives its memory back to the kernel
// and takes it again, page fault by page fault. MULTITORCH_MALLOC=default leaves
// glibc as it is.
__attribute__((constructor)) void settle_memory() {
  const char* setting = std::getenv("MULTITORCH_MALLOC");
  if (setting == nullptr || std::strcmp(setting, "default") != 0) {
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TOP_PAD, 64 << 20);
    malloc_setting = "trim 1 GiB, mmap 32 MiB, top pad 64 MiB";
  }
  static Counting counting(c10::GetDefaultCPUAllocator());
  if (counting.usable()) c10::SetAllocator(c10::DeviceType::CPU, &counting, 1);
}

thread_local int32_t pinned = 0;

using BlasGet = int (*)();
using BlasSet = void (*)(int);

}  // namespace

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

const char* mt_library_path(void) {
  static const std::string path = [] {
    Dl_info info;
    if (dladdr(reinterpret_cast<void*>(&at::show_config), &info) == 0 || info.dli_fname == nullptr) return std::string();
    return std::string(info.dli_fname);
  }();
  return path.c_str();
}

int32_t mt_num_threads(void) { return at::get_num_threads(); }

mt_error* mt_set_num_threads(int32_t n) {
  return mt::guarded([&] {
    at::set_num_threads(n);
    // OpenBLAS has threads of its own, which libtorch's setting does not reach.
    if (auto set = reinterpret_cast<BlasSet>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(n);
  });
}

int32_t mt_blas_threads(void) {
  auto get = reinterpret_cast<BlasGet>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  return get != nullptr ? get() : -1;
}

double mt_pow(double x, double y) { return std::pow(x, y); }

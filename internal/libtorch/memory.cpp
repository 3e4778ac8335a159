// Memory: the bytes that tensors hold, and who serves malloc.
#include "shim.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <dlfcn.h>
#include <malloc.h>

namespace {

int64_t cpu_bytes = 0;  // read by Go without a call
c10::DeleterFnPtr free_elements = nullptr;  // libtorch's own

// libtorch's CPU allocator, with a count of the bytes that tensors hold, so that
// Go's collector can be told of memory which it cannot see.
class Allocator final : public c10::Allocator {
 public:
  explicit Allocator(c10::Allocator* inner) : inner_(inner) { free_elements = inner->raw_deleter(); }

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
    void* p = inner_->raw_allocate(n);
    count(p, +1);
    return {p, p, &release, c10::Device(c10::DeviceType::CPU)};
  }
  static void release(void* p) {
    count(p, -1);
    free_elements(p);
  }
  static void count(void* p, int64_t sign) {
    if (p != nullptr)
      __atomic_add_fetch(&cpu_bytes, sign * static_cast<int64_t>(malloc_usable_size(p)), __ATOMIC_RELAXED);
  }
  c10::Allocator* inner_;
};

__attribute__((constructor)) void count_bytes() {
  if (!mt::fits()) return;
  static Allocator allocator(c10::GetDefaultCPUAllocator());
  if (free_elements != nullptr) c10::SetAllocator(c10::DeviceType::CPU, &allocator, 1);
}

}  // namespace

const int64_t* mt_cpu_bytes(void) { return &cpu_bytes; }

// Asked of the running process: what was linked, and what LD_PRELOAD put before it,
// decide it together.
const char* mt_malloc_library(void) {
  static const std::string path = [] {
    Dl_info info;
    void* serves = dlsym(RTLD_DEFAULT, "malloc");
    if (serves == nullptr || dladdr(serves, &info) == 0 || info.dli_fname == nullptr) return std::string();
    return std::string(info.dli_fname);
  }();
  return path.c_str();
}

const char* mt_tcmalloc_version(void) {
  auto version = reinterpret_cast<const char* (*)(int*, int*, const char**)>(dlsym(RTLD_DEFAULT, "tc_version"));
  return version != nullptr ? version(nullptr, nullptr, nullptr) : nullptr;
}

// Memory: glibc's settings, small blocks kept at hand, and the bytes that tensors
// hold.
#include "shim.hpp"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace {

int64_t cpu_bytes = 0;  // read by Go without a call
const char* malloc_setting = "glibc's defaults";
bool use_small_blocks = false;
c10::DeleterFnPtr free_elements = nullptr;  // libtorch's own

// A few free blocks of each small size, per thread: a scope frees a hundred tensors
// at once, and the next one makes them again. glibc keeps seven of a size, and none
// of those that are aligned, as libtorch asks for elements; the rest goes its slow
// path, a tenth of a small operator.
template <size_t unit, size_t classes>
class SmallBlocks {
 public:
  static size_t class_of(size_t bytes) { return (bytes + unit - 1) / unit; }  // 0 and above `classes`: not ours
  static bool fits(size_t c) { return use_small_blocks && c >= 1 && c <= classes; }

  void* take(size_t c) { return count_[c] > 0 ? blocks_[c][--count_[c]] : nullptr; }
  bool give(void* p) {
    const size_t c = malloc_usable_size(p) / unit;
    if (!fits(c) || over_ || count_[c] == keep) return false;
    blocks_[c][count_[c]++] = p;
    return true;
  }
  ~SmallBlocks() {
    over_ = true;
    for (size_t c = 1; c <= classes; c++)
      while (void* p = take(c)) std::free(p);
  }

 private:
  static constexpr size_t keep = 128;
  void* blocks_[classes + 1][keep];
  uint32_t count_[classes + 1] = {};
  bool over_ = false;  // the thread ends
};
thread_local SmallBlocks<64, 16> elements;  // of tensors, up to 1 KiB
thread_local SmallBlocks<16, 32> objects;   // of C++, up to 512 bytes: a tensor's own, its history's

// libtorch's CPU allocator, with small blocks kept at hand, and with a count of
// the bytes that tensors hold, so that Go's collector can be told of memory
// which it cannot see.
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
    const size_t c = elements.class_of(n);
    void* p = elements.fits(c) ? elements.take(c) : nullptr;
    if (p == nullptr) p = inner_->raw_allocate(elements.fits(c) ? c * 64 : n);
    count(p, +1);
    return {p, p, &release, c10::Device(c10::DeviceType::CPU)};
  }
  static void release(void* p) {
    if (p == nullptr) return;
    count(p, -1);
    if (!elements.give(p)) free_elements(p);
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
  if (free_elements != nullptr) c10::SetAllocator(c10::DeviceType::CPU, &allocator, 1);
}

}  // namespace

// The whole program's, libtorch's libraries included: C++ lets a program replace them.
void* operator new(size_t n) {
  const size_t c = objects.class_of(n);
  void* p = objects.fits(c) ? objects.take(c) : nullptr;
  if (p == nullptr) p = std::malloc(objects.fits(c) ? c * 16 : n > 0 ? n : 1);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

void operator delete(void* p) noexcept {
  if (p != nullptr && !objects.give(p)) std::free(p);
}

const int64_t* mt_cpu_bytes(void) { return &cpu_bytes; }
const char* mt_malloc_setting(void) { return malloc_setting; }

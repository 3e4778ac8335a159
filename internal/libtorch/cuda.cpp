// CUDA's streams, events and properties, through VirtualGuardImpl and, for what
// that has no words for, the plain C functions of the CUDA libraries themselves.
#include "shim.hpp"

#include <ATen/ops/empty.h>
#include <c10/core/Allocator.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

// From 2.9 on an allocator of device memory can be asked without CUDA's headers.
#define MT_DEVICE_ALLOCATOR (TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 9))
#if MT_DEVICE_ALLOCATOR
#include <c10/core/CachingDeviceAllocator.h>
#endif

namespace {

using c10::impl::VirtualGuardImpl;

VirtualGuardImpl cuda() {
  const char* why = mt_cuda_why_not();
  if (*why != 0) throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, std::string("CUDA is not available: ") + why};
  return VirtualGuardImpl(c10::DeviceType::CUDA);
}

c10::Device device(const VirtualGuardImpl& guard, int32_t index) {
  if (index < 0) return guard.getDevice();
  if (index >= guard.deviceCount())
    throw mt::Failure{MT_ERROR_VALUE, "there are " + std::to_string(guard.deviceCount()) + " GPUs, but got number " + std::to_string(index)};
  return c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(index));
}

c10::Stream stream(mt_stream s) {
  return c10::Stream(c10::Stream::UNSAFE, c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(s.index)), s.id);
}

mt_stream plain(const c10::Stream& s) { return {static_cast<int64_t>(s.id()), s.device_index()}; }

template <class F>
F function(const char* library, const char* name) {
  void* f = dlsym(RTLD_DEFAULT, name);
  if (f == nullptr)
    if (void* l = dlopen(library, RTLD_NOW)) f = dlsym(l, name);
  if (f == nullptr) throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, std::string(library) + " has no " + name};
  return reinterpret_cast<F>(f);
}

void check(int status, const char* what) {
  if (status != 0) throw mt::Failure{MT_ERROR_OTHER, std::string(what) + " failed with CUDA's error " + std::to_string(status)};
}

}  // namespace

mt_error* mt_cuda_properties(int32_t index, mt_cuda_info* out) {
  return mt::guarded([&] {
    const int d = device(cuda(), index).index();
    const char* lib = "libcuda.so.1";  // the driver's own, whose functions keep their form
    check(function<int (*)(char*, int, int)>(lib, "cuDeviceGetName")(out->name, sizeof out->name, d), "cuDeviceGetName");
    size_t total = 0;
    check(function<int (*)(size_t*, int)>(lib, "cuDeviceTotalMem_v2")(&total, d), "cuDeviceTotalMem");
    out->total_bytes = static_cast<int64_t>(total);
    auto attribute = function<int (*)(int*, int, int)>(lib, "cuDeviceGetAttribute");
    check(attribute(&out->processors, 16, d), "cuDeviceGetAttribute");
    check(attribute(&out->major, 75, d), "cuDeviceGetAttribute");
    check(attribute(&out->minor, 76, d), "cuDeviceGetAttribute");
  });
}

mt_error* mt_cuda_memory(int32_t index, int64_t* free_bytes, int64_t* total_bytes) {
  return mt::guarded([&] {
    VirtualGuardImpl guard = cuda();
    auto get = function<int (*)(size_t*, size_t*)>("libcudart.so", "cudaMemGetInfo");
    const c10::Device before = guard.exchangeDevice(device(guard, index));
    size_t free = 0, total = 0;
    const int status = get(&free, &total);
    guard.uncheckedSetDevice(before);
    check(status, "cudaMemGetInfo");
    *free_bytes = static_cast<int64_t>(free);
    *total_bytes = static_cast<int64_t>(total);
  });
}

mt_error* mt_stream_new(int32_t index, int32_t high_priority, mt_stream* out) {
  return mt::guarded([&] {
    VirtualGuardImpl guard = cuda();
    *out = plain(guard.getStreamFromGlobalPool(device(guard, index), high_priority != 0));
  });
}

mt_error* mt_stream_current(int32_t index, mt_stream* out) {
  return mt::guarded([&] {
    VirtualGuardImpl guard = cuda();
    *out = plain(guard.getStream(device(guard, index)));
  });
}

mt_error* mt_stream_exchange(mt_stream s, mt_stream* before) {
  return mt::guarded([&] { *before = plain(cuda().exchangeStream(stream(s))); });
}

mt_error* mt_stream_query(mt_stream s, int32_t* done) {
  return mt::guarded([&] { *done = cuda().queryStream(stream(s)); });
}

mt_error* mt_stream_synchronize(mt_stream s) {
  return mt::guarded([&] { cuda().synchronizeStream(stream(s)); });
}

mt_error* mt_stream_use(mt_stream s, mt_tensor t) {
  return mt::guarded([&] { cuda().recordDataPtrOnStream(mt::borrow(t).storage().data_ptr(), stream(s)); });
}

mt_error* mt_event_record(mt_stream s, int32_t timed, mt_event* event) {
  return mt::guarded([&] {
    void* e = reinterpret_cast<void*>(*event);
    const auto flag = timed ? c10::EventFlag::BACKEND_DEFAULT : c10::EventFlag::PYTORCH_DEFAULT;
    cuda().record(&e, stream(s), static_cast<c10::DeviceIndex>(s.index), flag);
    *event = reinterpret_cast<mt_event>(e);
  });
}

mt_error* mt_event_block(mt_event event, mt_stream s) {
  return mt::guarded([&] { cuda().block(reinterpret_cast<void*>(event), stream(s)); });
}

mt_error* mt_event_query(mt_event event, int32_t* done) {
  return mt::guarded([&] { *done = cuda().queryEvent(reinterpret_cast<void*>(event)); });
}

mt_error* mt_event_elapsed(mt_event from, mt_event to, float* milliseconds) {
  return mt::guarded([&] {
    auto elapsed = function<int (*)(float*, void*, void*)>("libcudart.so", "cudaEventElapsedTime");
    check(elapsed(milliseconds, reinterpret_cast<void*>(from), reinterpret_cast<void*>(to)), "cudaEventElapsedTime");
  });
}

void mt_event_free(mt_event event, int32_t index) {
  const auto d = static_cast<c10::DeviceIndex>(index);
  mt_error_free(mt::guarded([&] { cuda().destroyEvent(reinterpret_cast<void*>(event), d); }));
}

namespace {

#if MT_DEVICE_ALLOCATOR
// Null before the first tensor on a GPU. (All of CUDA's are of this class; to ask for
// it at run time would tie the program to a symbol that older versions lack.)
c10::DeviceAllocator* allocator() {
  auto* a = static_cast<c10::DeviceAllocator*>(c10::GetAllocator(c10::DeviceType::CUDA));
  return a->initialized() ? a : nullptr;
}

mt_memory_stats held(const c10::Device& d) {
  if (d.is_cpu()) throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, "the CPU's allocator does not say what it holds"};
  if (allocator() == nullptr) return {};
  const auto stats = allocator()->getDeviceStats(d.index());
  const auto &allocated = stats.allocated_bytes[0], &reserved = stats.reserved_bytes[0];  // 0: all pools
  return {allocated.current, allocated.peak, reserved.current, reserved.peak, stats.num_alloc_retries, stats.num_ooms};
}
#else
template <class C, class T>
T total_of(void (C::*)(void*, int64_t, T, T, c10::Device));
using Total = decltype(total_of(&c10::MemoryReportingInfoBase::reportMemoryUsage));

// An allocator tells a profiler what it holds whenever it gives or takes.
struct Listener final : c10::MemoryReportingInfoBase {
  mt_memory_stats heard{-1, -1, -1, -1, -1, -1};
  bool memoryProfilingEnabled() const override { return true; }
  void reportMemoryUsage(void*, int64_t, Total allocated, Total reserved, c10::Device) override {
    heard.allocated = static_cast<int64_t>(allocated);
    heard.reserved = static_cast<int64_t>(reserved);
  }
  void reportOutOfMemory(int64_t, Total, Total, c10::Device) override {}
};

mt_memory_stats held(const c10::Device& d) {
  auto listener = std::make_shared<Listener>();
  c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, listener);
  at::empty({4096}, at::TensorOptions(d).dtype(at::kByte));  // comes and goes: what is left counts
  if (listener->heard.allocated < 0)
    throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, "the allocator of " + d.str() + " does not say what it holds"};
  return listener->heard;
}
#endif

}  // namespace

mt_error* mt_device_memory(int32_t device_type, int32_t index, mt_memory_stats* out) {
  return mt::guarded([&] {
    const c10::Device asked = mt::device(device_type, index);
    *out = held(asked.is_cpu() ? asked : device(cuda(), index));
  });
}

mt_error* mt_cuda_reset_peak(int32_t index) {
  return mt::guarded([&] {
    const c10::Device d = device(cuda(), index);
#if MT_DEVICE_ALLOCATOR
    if (auto* a = allocator()) a->resetPeakStats(d.index());
#else
    throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, "the peaks of " + d.str() + " are out of reach before libtorch 2.9: this is " + TORCH_VERSION};
#endif
  });
}

mt_error* mt_cuda_empty_cache(void) {
  return mt::guarded([&] {
#if MT_DEVICE_ALLOCATOR
    cuda();
    if (auto* a = allocator()) a->emptyCache();
#else
    // Before it gives up, the allocator empties its cache: nobody has a pebibyte.
    const VirtualGuardImpl guard = cuda();
    for (int i = 0; i < guard.deviceCount(); i++) {
      try {
        at::empty({int64_t{1} << 50}, at::TensorOptions(device(guard, i)).dtype(at::kByte));
      } catch (const c10::OutOfMemoryError&) {
      }
    }
#endif
  });
}

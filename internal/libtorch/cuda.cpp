// CUDA's streams, events and properties, through VirtualGuardImpl and, for what
// that has no words for, the plain C functions of the CUDA libraries themselves.
#include "shim.hpp"

#include <ATen/core/Tensor.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

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
  return mt::guarded([&] {
    at::Tensor tensor = mt::borrow(t);
    cuda().recordDataPtrOnStream(tensor.storage().data_ptr(), stream(s));
  });
}

mt_error* mt_event_record(mt_stream s, mt_event* event) {
  return mt::guarded([&] {
    void* e = reinterpret_cast<void*>(*event);
    cuda().record(&e, stream(s), static_cast<c10::DeviceIndex>(s.index), c10::EventFlag::PYTORCH_DEFAULT);
    *event = reinterpret_cast<mt_event>(e);
  });
}

mt_error* mt_event_block(mt_event event, mt_stream s) {
  return mt::guarded([&] { cuda().block(reinterpret_cast<void*>(event), stream(s)); });
}

mt_error* mt_event_query(mt_event event, int32_t* done) {
  return mt::guarded([&] { *done = cuda().queryEvent(reinterpret_cast<void*>(event)); });
}

void mt_event_free(mt_event event, int32_t index) {
  mt_error_free(mt::guarded([&] {
    cuda().destroyEvent(reinterpret_cast<void*>(event), static_cast<c10::DeviceIndex>(index));
  }));
}

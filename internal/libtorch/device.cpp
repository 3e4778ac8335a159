// Devices. libtorch_cuda is opened at run time, before any other call (libtorch
// keeps the first answer to "is there CUDA"), and device work goes through
// VirtualGuardImpl, so that no CUDA headers are needed.
#include "shim.hpp"

#include <ATen/Context.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

namespace {

const std::string& why_not() {
  static const std::string reason = [] {
    if (!mt::fits()) return std::string("the program was built for another libtorch");
    std::string dir = mt_library_path();
    dir = dir.substr(0, dir.rfind('/') + 1);
    if (dlopen((dir + "libtorch_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      const char* err = dlerror();
      std::string why = err != nullptr ? err : "";
      if (why.find("cannot open shared object file") != std::string::npos &&
          why.find("libtorch_cuda.so: cannot") != std::string::npos)
        return std::string("this libtorch was built without CUDA (no libtorch_cuda.so beside libtorch_cpu.so)");
      return "libtorch_cuda.so is there but can't be loaded: " + why;
    }
    try {
      if (!at::globalContext().hasCUDA()) return std::string("libtorch_cuda.so is loaded, but libtorch finds no CUDA driver");
      if (c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).deviceCount() == 0)
        return std::string("libtorch has CUDA, but the driver shows no GPU");
    } catch (const std::exception& e) {
      return std::string("CUDA does not start: ") + e.what();
    }
    return std::string();
  }();
  return reason;
}

// Before main: nothing may ask libtorch about CUDA before this has.
__attribute__((constructor(65535))) void open_cuda() { why_not(); }

}  // namespace

const char* mt_cuda_why_not(void) { return why_not().c_str(); }

int32_t mt_cuda_count(void) {
  return why_not().empty() ? c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).deviceCount() : 0;
}

mt_error* mt_synchronize(int32_t device_type, int32_t index) {
  return mt::guarded([&] {
    const c10::Device device = mt::device(device_type, index);
    if (device.is_cpu()) return;
    c10::impl::VirtualGuardImpl guard(device.type());
    guard.getStream(index < 0 ? guard.getDevice() : device).synchronize();
  });
}

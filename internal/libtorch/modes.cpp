// Modes of an OS thread beside grad mode.
#include "shim.hpp"

#include <ATen/autocast_mode.h>
#include <c10/core/InferenceMode.h>

// 2.4 gave autocast one set of functions for all devices.
#define MT_AUTOCAST_BY_DEVICE (TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4))

int32_t mt_inference_mode(void) { return c10::InferenceMode::is_enabled(); }

mt_error* mt_autocast(int32_t device_type, int32_t* on, int32_t* dtype) {
  return mt::guarded([&] {
    const auto device = static_cast<c10::DeviceType>(device_type);
#if MT_AUTOCAST_BY_DEVICE
    *on = at::autocast::is_autocast_enabled(device);
    *dtype = static_cast<int32_t>(at::autocast::get_autocast_dtype(device));
#else
    const bool cpu = device == c10::DeviceType::CPU;
    *on = cpu ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
    *dtype = static_cast<int32_t>(cpu ? at::autocast::get_autocast_cpu_dtype() : at::autocast::get_autocast_gpu_dtype());
#endif
  });
}

mt_error* mt_set_autocast(int32_t device_type, int32_t on, int32_t dtype) {
  return mt::guarded([&] {
    const auto device = static_cast<c10::DeviceType>(device_type);
    const auto type = static_cast<at::ScalarType>(dtype);
#if MT_AUTOCAST_BY_DEVICE
    at::autocast::set_autocast_enabled(device, on != 0);
    at::autocast::set_autocast_dtype(device, type);
#else
    if (device == c10::DeviceType::CPU) {
      at::autocast::set_cpu_enabled(on != 0);
      at::autocast::set_autocast_cpu_dtype(type);
    } else {
      at::autocast::set_enabled(on != 0);
      at::autocast::set_autocast_gpu_dtype(type);
    }
#endif
  });
}

// Casts of parameters are cached until the outermost region ends.
void mt_nest_autocast(int32_t enter) {
  if (enter != 0) at::autocast::increment_nesting();
  else if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

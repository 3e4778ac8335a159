// Faults of libtorch that are mended here, in the versions that have them.
#include "shim.hpp"

#if TORCH_VERSION_MAJOR < 2

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu_backward_cpu_dispatch.h>
#include <torch/library.h>

namespace {

// The gradient of GELU by oneDNN takes it for granted that the gradient that comes in has
// the input's strides. If not, it leaves memory unwritten.
at::Tensor gelu_backward(const at::Tensor& grad, const at::Tensor& x, c10::string_view approximate) {
  if (grad.strides() == x.strides()) return at::cpu::gelu_backward(grad, x, approximate);
  return at::cpu::gelu_backward(at::empty_like(x).copy_(grad), x, approximate);
}

void mend_gelu() {
  mt::quietly([] {  // libtorch warns that a kernel is replaced
    static torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
    library.impl("gelu_backward", &gelu_backward);
  });
}

}  // namespace

#else

namespace {
void mend_gelu() {}
}  // namespace

#endif

void mt::mend() {
  static const bool once = (mend_gelu(), multiply_rows_by_threads(), true);
  static_cast<void>(once);
}

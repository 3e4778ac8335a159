// Automatic differentiation, and what a leaf tensor carries for it.
#include "shim.hpp"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

namespace {

// In anomaly mode an error of a backward function says where its operator was called.
mt_error* with_site(mt_error* e) {
  if (e == nullptr) return nullptr;
  const std::string site = mt::running_site();
  if (site.empty() || e->kind == MT_ERROR_GO_PANIC) return e;
  mt_error* longer = mt::make_error(e->kind, e->message + site);
  mt_error_free(e);
  return longer;
}

// A node's own lock, which holds while it adds to the gradient of its leaf.
struct NodeLock : torch::autograd::Node {
  static std::mutex& of(torch::autograd::Node& node) { return node.*(&NodeLock::mutex_); }
};

// Runs f while no backward pass of another thread adds to t's gradient.
template <class F>
void between_accumulations(const at::Tensor& t, F&& f) {
  auto* meta = torch::autograd::impl::get_autograd_meta(t);
  if (meta == nullptr) return f();
  decltype(meta->grad_accumulator_.lock()) accumulator;
  {
    std::lock_guard<std::mutex> lock(meta->mutex_);
    accumulator = meta->grad_accumulator_.lock();
  }
  std::unique_lock<std::mutex> lock;
  if (accumulator) lock = std::unique_lock<std::mutex>(NodeLock::of(*accumulator));
  f();
}

}  // namespace

mt_error* mt_backward(const mt_tensor* roots, const mt_tensor* grads, int64_t n, int32_t retain_graph,
                      int32_t create_graph, const mt_tensor* inputs, int64_t ninputs, int32_t modes) {
  return with_site(mt::guarded(modes, [&] {
    torch::autograd::backward(mt::borrow_all(roots, n), mt::borrow_all(grads, n), retain_graph != 0,
                              create_graph != 0, mt::borrow_all(inputs, ninputs));
  }));
}

mt_error* mt_grad(const mt_tensor* outputs, const mt_tensor* grads, int64_t n, const mt_tensor* inputs,
                  int64_t ninputs, int32_t retain_graph, int32_t create_graph, int32_t allow_unused,
                  int32_t modes, mt_tensor* out) {
  return with_site(mt::guarded(modes, [&] {
    auto gs = torch::autograd::grad(mt::borrow_all(outputs, n), mt::borrow_all(inputs, ninputs),
                                    mt::borrow_all(grads, n), retain_graph != 0, create_graph != 0,
                                    allow_unused != 0);
    for (size_t i = 0; i < gs.size(); i++) out[i] = mt::release(std::move(gs[i]));
  }));
}

mt_error* mt_get_grad(mt_tensor t, mt_tensor* out) {
  return mt::guarded([&] {
    const at::Tensor tensor = mt::borrow(t);
    const c10::TensorImpl* impl = tensor.unsafeGetTensorImpl();
    between_accumulations(tensor, [&] { *out = mt::release(impl->grad()); });
  });
}

mt_error* mt_set_grad(mt_tensor t, mt_tensor grad) {
  return mt::guarded([&] {
    at::Tensor tensor = mt::borrow(t), given = mt::borrow(grad);
    between_accumulations(tensor, [&] { std::swap(tensor.mutable_grad(), given); });
  });  // where the gradient before is freed
}

mt_error* mt_grad_fn_name(mt_tensor t, char** out) {
  return mt::guarded([&] {
    auto fn = mt::borrow(t).grad_fn();
    *out = fn ? mt::copy_string(fn->name()) : nullptr;
  });
}

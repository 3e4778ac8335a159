// What the shim's C++ files share: handles and the catch-all around each entry.
#pragma once
#if __has_include("libtorch_config.h")
#include "libtorch_config.h"  // first: it settles the C++ ABI
#endif
#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

#include <string>

#include "shim.h"

namespace mt {

mt_error* make_error(int32_t kind, const std::string& message);
mt_error* current_exception();
void watch_warnings();  // once per OS thread that calls libtorch

// Runs f; whatever it throws comes back as the error.
template <class F>
mt_error* guarded(F&& f) {
  try {
    watch_warnings();
    f();
    return nullptr;
  } catch (...) {
    return current_exception();
  }
}

using Impl = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

// Takes the reference out of t; 0 for an undefined tensor.
inline mt_tensor release(at::Tensor t) {
  return t.defined() ? reinterpret_cast<mt_tensor>(t.unsafeReleaseTensorImpl()) : 0;
}

// A new reference to the handle's tensor; undefined for 0.
inline at::Tensor borrow(mt_tensor h) {
  if (h == 0) return at::Tensor();
  return at::Tensor(Impl::reclaim_copy(reinterpret_cast<c10::TensorImpl*>(h)));
}

inline std::vector<at::Tensor> borrow_all(const mt_tensor* hs, int64_t n) {
  std::vector<at::Tensor> ts;
  ts.reserve(n);
  for (int64_t i = 0; i < n; i++) ts.push_back(borrow(hs[i]));
  return ts;
}

char* copy_string(const std::string& s);

}  // namespace mt

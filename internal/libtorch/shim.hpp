// What the shim's C++ files share: handles and the catch-all around each entry.
#pragma once
// First: it settles the C++ ABI. Flags that scripts/cgo-flags.sh printed do so too, for another libtorch.
#if !defined(MULTITORCH_LIBTORCH_BUILD) && __has_include("libtorch_config.h")
#include "libtorch_config.h"
#endif
#if !defined(MULTITORCH_LIBTORCH_PATH) && !__has_include(<ATen/core/Tensor.h>)
#error libtorch was not found: run "make setup" in the checkout of multitorch; see "In your own module" in its README.md
#endif
#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "shim.h"

#ifdef MULTITORCH_LIBTORCH_VERSION
static_assert(std::string_view(TORCH_VERSION).starts_with(MULTITORCH_LIBTORCH_VERSION),
              "libtorch is another one than multitorch was set up for: run `make setup` in its checkout");
#endif

namespace mt {

// The shim's own exception. (One of libtorch's classes would bring their tables
// into the program, with symbols that another version may lack: see fits.)
struct Failure {
  int32_t kind;
  std::string message;
};

mt_error* make_error(int32_t kind, const std::string& message);
mt_error* current_exception();
mt_error* wrong_version();
void watch_warnings();  // on this OS thread
void quietly(const std::function<void()>& f);  // without its warnings
void prepare_thread();  // sets what libtorch keeps per OS thread
extern thread_local bool called_from_go;  // on this OS thread, once at least

// Whether the loaded libtorch is the one that the shim was compiled against.
// Nothing but its version may be asked of one that is not.
bool fits();

// Mends what is wrong in the loaded libtorch (mend.cpp), and what is slow (row.cpp), once.
void mend();
void multiply_rows_by_threads();

// The modes of the goroutine that calls, on its OS thread for as long as the call takes.
class Modes {
 public:
  explicit Modes(int32_t modes) {
    if (modes == 0) return;
    if (modes & MT_MODE_INFERENCE) inference_ = std::make_unique<c10::InferenceMode>(true);
    if (modes & (MT_MODE_GRAD | MT_MODE_NO_GRAD)) {  // which inference mode sets, too: it comes last and goes first
      grad_before_ = c10::GradMode::is_enabled() ? 1 : 0;
      c10::GradMode::set_enabled((modes & MT_MODE_GRAD) != 0);
    }
  }
  ~Modes() {
    if (grad_before_ >= 0) c10::GradMode::set_enabled(grad_before_ != 0);
  }
  Modes(const Modes&) = delete;
  Modes& operator=(const Modes&) = delete;

 private:
  std::unique_ptr<c10::InferenceMode> inference_;
  int grad_before_ = -1;  // -1: it was left as it was
};

// Runs f; whatever it throws comes back as the error.
template <class F>
mt_error* guarded(F&& f) {
  static const bool fitting = fits();
  if (!fitting) return wrong_version();
  try {
    mend();
    prepare_thread();
    f();
    return nullptr;
  } catch (...) {
    return current_exception();
  }
}

// The same in the goroutine's modes.
template <class F>
mt_error* guarded(int32_t modes, F&& f) {
  return guarded([&] {
    Modes here(modes);
    f();
  });
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

inline c10::Device device(int32_t type, int32_t index) {
  return c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
}

char* copy_string(const std::string& s);

// A number under which Go keeps something for as long as this lives.
struct Callback {
  uintptr_t id = 0;
  Callback() = default;
  explicit Callback(uintptr_t i) : id(i) {}
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
  ~Callback();
};

// A Go function that autograd called has panicked. It passes through autograd's
// engine, which lets only standard exceptions through.
struct GoPanic : std::exception {
  std::shared_ptr<Callback> value;
  explicit GoPanic(uintptr_t id) : value(std::make_shared<Callback>(id)) {}
  const char* what() const noexcept override { return "a Go function that autograd called has panicked"; }
};

// Where Go called the operator whose backward was running here when it failed, in
// anomaly mode: "; the forward operator was called at ...", or "".
std::string running_site();

}  // namespace mt

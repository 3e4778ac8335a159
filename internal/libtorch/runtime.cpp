// The process: threads, versions, and per-thread state.
#include "shim.hpp"

#include <c10/core/DefaultDtype.h>
#include <c10/core/ScalarTypeToTypeMeta.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/GradMode.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace {

thread_local int32_t pinned = 0;

std::atomic<int> budgets{0};  // how often the number of threads was set

}  // namespace

thread_local bool mt::called_from_go = false;

// OpenMP keeps the number of threads per OS thread, and libtorch sets it at a
// thread's first operation only: a later change has to be brought to each.
void mt::prepare_thread() {
  thread_local int seen = -1;
  const int now = budgets.load(std::memory_order_acquire);
  if (seen == now) return;
  called_from_go = true;
  if (seen < 0) watch_warnings();
  if (now > 0) at::init_num_threads();
  seen = now;
}

int32_t mt_grad_mode(void) { return c10::GradMode::is_enabled(); }

int32_t mt_pinned(void) { return pinned; }
void mt_set_pinned(int32_t on) { pinned = on; }

const char* mt_compiled_version(void) { return TORCH_VERSION; }

const char* mt_config(void) {
  static const std::string config = at::show_config() + at::get_parallel_info();
  return config.c_str();
}

// libtorch has no function that returns its version, but its own account of how
// it was built names it.
const char* mt_loaded_version(void) {
  static const std::string version = [] {
    std::string all = at::show_config();
    const std::string key = "TORCH_VERSION=";
    size_t at = all.find(key);
    if (at == std::string::npos) return std::string();
    at += key.size();
    return all.substr(at, all.find_first_of(", \n", at) - at);
  }();
  return version.c_str();
}

bool mt::fits() {
  const std::string loaded = mt_loaded_version();
  return loaded.empty() || loaded == mt_compiled_version();
}

mt_error* mt::wrong_version() {
  return make_error(MT_ERROR_OTHER, std::string("this program was built for libtorch ") + mt_compiled_version() + ", but " +
                                        mt_library_path() + " is libtorch " + mt_loaded_version() +
                                        ": build it again (make build), or bring the other libtorch back");
}

const char* mt_library_path(void) {
  static const std::string path = [] {
    Dl_info info;
    if (dladdr(reinterpret_cast<void*>(&at::show_config), &info) == 0 || info.dli_fname == nullptr) return std::string();
    return std::string(info.dli_fname);
  }();
  return path.c_str();
}

mt_error* mt_check_version(void) { return mt::fits() ? nullptr : mt::wrong_version(); }

int32_t mt_num_threads(void) {
  int32_t n = 1;
  mt_error_free(mt::guarded([&] { n = at::get_num_threads(); }));
  return n;
}

mt_error* mt_set_num_threads(int32_t n) {
  return mt::guarded([&] {
    at::set_num_threads(n);
    budgets.fetch_add(1, std::memory_order_release);
    // OpenBLAS has threads of its own, which libtorch's setting does not reach.
    // More than there are processors wait for each other, seconds for a product that takes a millisecond.
    int processors = std::max(1u, std::thread::hardware_concurrency());
    if (auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(std::min(n, processors));
  });
}

int32_t mt_blas_threads(void) {
  auto get = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  return get != nullptr ? get() : -1;
}

int32_t mt_default_dtype(void) {
  int32_t dtype = static_cast<int32_t>(at::kFloat);
  mt_error_free(mt::guarded([&] { dtype = static_cast<int32_t>(c10::typeMetaToScalarType(c10::get_default_dtype())); }));
  return dtype;
}

mt_error* mt_set_default_dtype(int32_t dtype) {
  return mt::guarded([&] { c10::set_default_dtype(c10::scalarTypeToTypeMeta(static_cast<c10::ScalarType>(dtype))); });
}

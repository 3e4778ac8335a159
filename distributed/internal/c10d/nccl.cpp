// NCCL's process group, for tensors on GPUs.
#include "common.hpp"

// A libtorch with CUDA has the first of these headers. The others come with the wheels that PyTorch's depends on, or with CUDA's
// toolkit and NCCL.
#if TORCH_VERSION_MAJOR >= 2 && __has_include(<c10/cuda/impl/cuda_cmake_macros.h>) && __has_include(<nccl.h>) && \
    __has_include(<cuda_runtime_api.h>) && __has_include(<nv/target>) && __has_include(<cublasLt.h>) && \
    __has_include(<cusparse.h>) && __has_include(<cusolverDn.h>)
#define USE_C10D_NCCL
#include <dlfcn.h>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

namespace {

using NCCL = c10d::ProcessGroupNCCL;

// Programs are linked without libtorch_cuda, so that one serves all builds of a libtorch: internal/libtorch opens it before
// main, where it is. Three functions are called by their names, and all else is virtual.
template <class F>
F* function(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_DEFAULT, name));
}

using Version = uint64_t();
const auto version = [] { return function<Version>("_ZN5torch4cuda4nccl7versionEv"); };

using MakeOptions = void(void* at, bool high_priority);
const auto make_options = [] { return function<MakeOptions>("_ZN4c10d16ProcessGroupNCCL7OptionsC1Eb"); };

using MakeGroup = void(void* at, c10::intrusive_ptr<c10d::Store>, int rank, int size, c10::intrusive_ptr<NCCL::Options>);
const auto make_group = [] {
  return function<MakeGroup>(
      "_ZN4c10d16ProcessGroupNCCLC1EN3c1013intrusive_ptrINS_5StoreENS1_6detail34intrusive_target_default_null_typeIS3_EEEEii"
      "NS2_INS0_7OptionsENS5_IS8_EEEE");
};

std::string numbered(uint64_t v) {
  return std::to_string(v >> 32) + "." + std::to_string(v >> 16 & 0xffff) + "." + std::to_string(v & 0xffff);
}

// An object that a constructor of libtorch's makes.
template <class T, class F>
c10::intrusive_ptr<T> made(F&& construct) {
  void* at = ::operator new(sizeof(T));
  try {
    construct(at);
  } catch (...) {
    ::operator delete(at);
    throw;
  }
  return c10::intrusive_ptr<T>::unsafe_steal_from_new(static_cast<T*>(at));
}

}  // namespace

char* mtd_nccl_why_not(void) {
  if (version() == nullptr || make_options() == nullptr || make_group() == nullptr)
    return mtd::text("no libtorch_cuda.so with NCCL is loaded");
  // The layout of its options is in nccl.h.
  const uint64_t built = uint64_t{NCCL_MAJOR} << 32 | uint64_t{NCCL_MINOR} << 16 | NCCL_PATCH;
  if (version()() == built) return nullptr;
  return mtd::text("libtorch was built with NCCL " + numbered(version()()) + ", and this program with the nccl.h of " + numbered(built) +
                   ": build it with that version's");
}

c10::intrusive_ptr<mtd::Backend> mtd::nccl(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size, Milliseconds timeout) {
  if (char* why = mtd_nccl_why_not()) {
    const std::string text = why;
    std::free(why);
    throw std::runtime_error(text);
  }
  auto options = made<NCCL::Options>([](void* at) { make_options()(at, false); });
  options->timeout = timeout;
  return made<NCCL>([&](void* at) { make_group()(at, store, rank, size, options); });
}

#else

char* mtd_nccl_why_not(void) {
  return mtd::text("this program was built without it, as there was no libtorch 2 with CUDA, or there were no headers of CUDA and NCCL");
}

c10::intrusive_ptr<mtd::Backend> mtd::nccl(const c10::intrusive_ptr<c10d::Store>&, int, int, Milliseconds) {
  throw std::runtime_error("no NCCL");
}

#endif

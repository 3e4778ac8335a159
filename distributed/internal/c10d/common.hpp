// What the C++ files here share.
#pragma once
#include "shim.hpp"  // of internal/libtorch: the C++ ABI, the version's check, borrow

#define USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include <cstring>

#include "c10d.h"

namespace mtd {

using Milliseconds = std::chrono::milliseconds;

inline char* text(const std::string& s) {
  char* c = static_cast<char*>(std::malloc(s.size() + 1));
  if (c == nullptr) std::abort();
  std::memcpy(c, s.c_str(), s.size() + 1);
  return c;
}

// Runs f; whatever it throws comes back as its message.
template <class F>
char* guarded(F&& f) {
  try {
    f();
    return nullptr;
  } catch (const c10::Error& e) {
    return text(e.what_without_backtrace());
  } catch (const std::exception& e) {
    return text(e.what());
  } catch (...) {
    return text("an exception of an unknown type");
  }
}

using StorePtr = c10::intrusive_ptr<c10d::Store>;
using WorkPtr = c10::intrusive_ptr<c10d::Work>;

#if TORCH_VERSION_MAJOR < 2
using Backend = c10d::ProcessGroup;
#else
using Backend = c10d::Backend;
#endif

// A group as both kinds of caller want it: collectives are the backends' own, Gloo's for the CPU and, where there is one, NCCL's for
// GPUs; the reducer takes a ProcessGroup, which is Gloo's itself before libtorch 2, and one around both since.
struct Group {
  c10::intrusive_ptr<Backend> gloo, nccl;
  c10::intrusive_ptr<c10d::ProcessGroup> outer;
};

// NCCL's process group; mtd_nccl_why_not says when there is none.
c10::intrusive_ptr<Backend> nccl(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size, Milliseconds timeout);

template <class T>
T* of(uintptr_t handle) {
  return reinterpret_cast<T*>(handle);
}

template <class T>
uintptr_t handle(T* p) {
  return reinterpret_cast<uintptr_t>(p);
}

}  // namespace mtd

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

// A group as both kinds of caller want it: collectives are Gloo's own; the reducer takes a ProcessGroup, which is that same
// object before libtorch 2, and one around it since.
struct Group {
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
  c10::intrusive_ptr<c10d::ProcessGroup> outer;
};

template <class T>
T* of(uintptr_t handle) {
  return reinterpret_cast<T*>(handle);
}

template <class T>
uintptr_t handle(T* p) {
  return reinterpret_cast<uintptr_t>(p);
}

}  // namespace mtd

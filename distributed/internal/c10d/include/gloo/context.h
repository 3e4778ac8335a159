// What c10d's header of its Gloo process group names of Gloo, whose own headers come neither with Debian's libtorch nor with
// PyTorch's wheels. All of it is behind pointers there, so the group's layout does not depend on it.
#pragma once
#include <gloo/transport/device.h>

#include <chrono>
#include <memory>
#include <vector>

namespace gloo {
class Context {
 public:
  void setTimeout(std::chrono::milliseconds);  // named in an inline function that is never called here
};
}  // namespace gloo

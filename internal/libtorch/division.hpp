#pragma once
#include "shim.hpp"

#include <ATen/core/stack.h>

namespace mt {

using Stack = torch::jit::Stack;

// Looks at the arguments of an operator that may end the process by dividing integers,
// and throws where it would.
using Guard = void (*)(const c10::FunctionSchema&, const Stack&);
Guard division_guard(const c10::FunctionSchema& schema);  // nullptr: it can't

}  // namespace mt

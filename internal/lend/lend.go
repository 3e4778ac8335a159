// Package lend lets packages beside torch that have C++ of their own reach the handles of its tensors.
package lend

import "multitorch/internal/libtorch"

// Tensor gives the handle of a *torch.Tensor until release is called. Package torch sets it. A tensor that can't be used
// panics, as in an operator of the name op.
var Tensor func(tensor any, op string) (handle libtorch.Tensor, release func())

// Absent makes a *torch.Tensor that has the shape, dtype and device of another one but can't be used: the attempt is an error that
// says why. Package torch sets it.
var Absent func(like any, why string) any

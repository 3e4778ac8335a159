// Package aten is every public operator of libtorch as a Go function, for what
// packages torch and nn have no method of their own.
//
// The functions are generated from the operators' schemas, and the comment of
// each shows its schema. Names are PyTorch's, with the overload behind them:
// add.Tensor is [AddTensor], conv2d is [Conv2d], and the in-place add_.Tensor is
// [AddInplaceTensor], which returns its first argument. What the schema requires
// is a parameter; what has a default is an option, named like the argument, and
// stays libtorch's own default when it is not given:
//
//	y := aten.Conv2d(x, w, aten.Bias(b), aten.Stride(2), aten.Padding([]int{1, 0}))
//	values, indices := aten.MaxDim(y, 1, aten.Keepdim(true))
//
// An option that shares its name with an operator starts with With: [WithMean].
//
// # Types
//
// A Tensor? is a *torch.Tensor that may be nil, for None; so are lists that may be
// None. A str? is None when empty. A Scalar is a [Number]: any of Go's numbers, or
// a bool. Of the other types with a question mark (int?, bool?, …) an argument of
// the type any is given, or nil. A Storage is given by a tensor that has it. An
// undefined result is nil.
//
// # Versions
//
// The functions are made from the schemas of the oldest and the newest libtorch
// (see the folder schemas), and call the one that is loaded: arguments are matched
// to its schema by name. An operator or an argument that it lacks is an error.
//
// # Errors
//
// As everywhere in arithmetic, a call that fails panics with a [*torch.Error];
// [torch.Try] turns it into an error.
//
// # Everything else
//
// [Call] calls any operator by its name: those that write to tensors given by
// keyword (out=), those that start with an underscore, and those of other
// libraries than aten. The few operators that no function could be made of are
// listed in unsupported.txt, with the reason.
package aten

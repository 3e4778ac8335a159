package torch

import "multitorch/internal/libtorch"

// Operator is any operator of libtorch's registry, reached by its name: what
// this package and package nn have no method for. The methods differ in what
// comes back.
//
//	var conv2d = torch.NewOperator("aten::conv2d", "input", "weight", "bias", "stride")
//	y := conv2d.Call(x, w, nil, []int{2, 2})
//
// Arguments are matched to the running libtorch's schema by name and converted
// by its types. They are of the Go types *Tensor, []*Tensor, int, []int,
// float64, []float64, bool, []bool, complex128, string, []string, []any (a list
// of numbers), [DType], [Device], [*Generator], nil for None, and [Default].
type Operator struct{ op *libtorch.Op }

// Default, given for an argument, leaves it to the running libtorch, as do
// arguments left out at the end.
const Default = byDefault

// NewOperator names an operator ("aten::add.Tensor", with its overload) and the
// arguments that calls will give, in their order; without names the schema's own
// order holds. It is looked up at its first call, which panics with an [*Error]
// where the running libtorch lacks it.
func NewOperator(name string, args ...string) *Operator {
	return &Operator{op: libtorch.NewOp(name, args...)}
}

// native is what NewOperator named; nil and the zero Operator are none.
func (o *Operator) native() *libtorch.Op {
	if o == nil || o.op == nil {
		panic(&Error{Op: "Operator", Kind: TypeError, Message: "expected an operator of NewOperator, but got nil or a zero one"})
	}
	return o.op
}

// Exists reports whether the running libtorch has the operator.
func (o *Operator) Exists() bool { return o.native().Exists() }

// Call returns the first result, a tensor.
func (o *Operator) Call(args ...any) *Tensor { return do(o.native(), args...) }

// Unary is the quick Call of an operator that takes one tensor, all others by
// default, and returns one tensor.
func (o *Operator) Unary(x *Tensor) *Tensor { return do1(o.native(), x) }

// Binary is Unary for two tensors.
func (o *Operator) Binary(x, y *Tensor) *Tensor { return binary(o.native(), x, y) }

// Call2 returns the first two results, tensors.
func (o *Operator) Call2(args ...any) (a, b *Tensor) { return do2(o.native(), args...) }

// Call3 returns the first three results, tensors.
func (o *Operator) Call3(args ...any) (a, b, c *Tensor) { return do3(o.native(), args...) }

// List returns a result that is a list of tensors.
func (o *Operator) List(args ...any) []*Tensor { return doList(o.native(), args...) }

// Do calls an operator that changes its arguments, and drops what it returns.
func (o *Operator) Do(args ...any) { doVoid(o.native(), args...) }

// Value returns a result that is a number, a truth value or a string.
func (o *Operator) Value(args ...any) any { return doValue(o.native(), args...) }

// Results returns all results: nil, *Tensor, []*Tensor, int64, float64, bool,
// complex128, string, [Device], []int, []float64 or []bool.
func (o *Operator) Results(args ...any) []any { return doAll(o.native(), args...) }

// Version is the version of the libtorch that the program has loaded: "1.13.0".
func Version() string { return libtorch.LoadedVersion() }

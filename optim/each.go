package optim

import "multitorch/torch"

// each is an operator in its two forms: over lists of tensors, and over one after
// the other. Both take the same arguments; for the latter, those that are lists
// are gone through.
type each struct{ list, one *torch.Operator }

var (
	neg        = each{op("_foreach_neg", "self"), op("neg", "self")}
	sqrt       = each{op("_foreach_sqrt", "self"), op("sqrt", "self")}
	add        = each{op("_foreach_add.List", "self", "other", "alpha"), op("add.Tensor", "self", "other", "alpha")}
	addTo      = each{op("_foreach_add_.List", "self", "other", "alpha"), op("add_.Tensor", "self", "other", "alpha")}
	lerp       = each{op("_foreach_lerp_.Scalar"), op("lerp_.Scalar", "self", "end", "weight")}
	sqrtTo     = each{op("_foreach_sqrt_", "self"), op("sqrt_", "self")}
	addcmulNew = each{
		op("_foreach_addcmul.Scalar", "self", "tensor1", "tensor2", "value"),
		op("addcmul", "self", "tensor1", "tensor2", "value"),
	}
	addcmul = each{
		op("_foreach_addcmul_.Scalar", "self", "tensor1", "tensor2", "value"),
		op("addcmul_", "self", "tensor1", "tensor2", "value"),
	}
	addcdiv = each{
		op("_foreach_addcdiv_.ScalarList", "self", "tensor1", "tensor2", "scalars"),
		op("addcdiv_", "self", "tensor1", "tensor2", "value"),
	}
	maximum  = each{op("_foreach_maximum_.List", "self", "other"), op("clamp_min_.Tensor", "self", "min")}
	realView = op("view_as_real", "self")
	toDense  = op("to_dense", "self")
)

// byNumber is an operator that changes tensors by a number, with a form for lists
// that takes the number as a tensor. One by one the number takes a tensor's place, as
// in Python: mul_.Scalar of newer versions rounds it to a narrow dtype first.
type byNumber struct {
	each
	tensors *torch.Operator
}

var (
	addNumber = byNumber{
		each{op("_foreach_add_.Scalar", "self", "scalar"), op("add_.Tensor", "self", "other")},
		op("_foreach_add_.List", "self", "other"),
	}
	mulNumber = byNumber{
		each{op("_foreach_mul_.Scalar", "self", "scalar"), op("mul_.Tensor", "self", "other")},
		op("_foreach_mul_.List", "self", "other"),
	}
	divNumber = byNumber{
		each{op("_foreach_div_.ScalarList", "self", "scalars"), op("div_.Tensor", "self", "other")},
		op("_foreach_div_.List", "self", "other"),
	}
	asTensor = op("scalar_tensor", "s", "dtype")
)

func op(name string, args ...string) *torch.Operator {
	return torch.NewOperator("aten::"+name, args...)
}

// do runs an operator that changes its first argument.
func (b *Batch) do(e each, args ...any) {
	if b.lists {
		e.list.Do(args...)
		return
	}
	for i := range b.states {
		e.one.Do(at(args, i)...)
	}
}

// get runs an operator that returns a tensor for every parameter.
func (b *Batch) get(e each, args ...any) List {
	if b.lists {
		return List{b, e.list.ListIn(b.scope, args...)}
	}
	ts := make([]*torch.Tensor, len(b.states))
	for i := range ts {
		ts[i] = e.one.CallIn(b.scope, at(args, i)...)
	}
	return List{b, ts}
}

// by changes real tensors by a number, or each by one of a list.
//
// On the CPU the number goes as a tensor of the tensors' own dtype. As a bare
// number it would be made a float64 tensor and converted, for every parameter
// anew, which takes five times as long as the arithmetic on a small one. For
// dtypes of less than 32 bits that would round the number first, as PyTorch does not.
func (b *Batch) by(e byNumber, ts []*torch.Tensor, number any) {
	dtype := ts[0].DType()
	if !b.lists || b.gpu || dtype != torch.Float32 && dtype != torch.Float64 {
		b.do(e.each, ts, number)
		return
	}
	numbers := make([]*torch.Tensor, len(ts))
	list, _ := number.([]float64)
	for i := range numbers {
		switch {
		case i > 0 && (list == nil || list[i] == list[i-1]):
			numbers[i] = numbers[i-1]
		case list != nil:
			numbers[i] = asTensor.CallIn(b.scope, list[i], dtype)
		default:
			numbers[i] = asTensor.CallIn(b.scope, number, dtype)
		}
	}
	e.tensors.Do(ts, numbers)
}

// asReal views complex tensors as real ones with one dimension more.
func (b *Batch) asReal(ts []*torch.Tensor) []*torch.Tensor {
	views := make([]*torch.Tensor, len(ts))
	for i, t := range ts {
		views[i] = realView.CallIn(b.scope, t)
	}
	return views
}

// at is the arguments for the i-th parameter.
func at(args []any, i int) []any {
	own := make([]any, len(args))
	for j, a := range args {
		switch v := a.(type) {
		case []*torch.Tensor:
			own[j] = v[i]
		case []float64:
			own[j] = v[i]
		default:
			own[j] = a
		}
	}
	return own
}

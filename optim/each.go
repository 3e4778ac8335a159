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
	abs          = each{op("_foreach_abs", "self"), op("abs", "self")}
	sub          = each{op("_foreach_sub.List", "self", "other", "alpha"), op("sub.Tensor", "self", "other", "alpha")}
	mul          = each{op("_foreach_mul.List", "self", "other"), op("mul.Tensor", "self", "other")}
	mulTo        = each{op("_foreach_mul_.List", "self", "other"), op("mul_.Tensor", "self", "other")}
	divTo        = each{op("_foreach_div_.List", "self", "other"), op("div_.Tensor", "self", "other")}
	reciprocal   = each{op("_foreach_reciprocal_", "self"), op("reciprocal_", "self")}
	sign         = each{op("_foreach_sign", "self"), op("sign", "self")} // the list's since 2.1
	copyTo       = each{op("_foreach_copy_", "self", "src"), op("copy_", "self", "src")}
	onesLike     = each{one: op("ones_like", "self")}
	clone        = each{one: op("clone", "self")}
	clamp        = each{one: op("clamp_", "self", "min", "max")}
	maximum      = each{op("_foreach_maximum_.List", "self", "other"), op("clamp_min_.Tensor", "self", "min")}
	isAbove      = op("gt.Scalar", "self", "other")
	isBelow      = op("lt.Scalar", "self", "other")
	isEqual      = op("eq.Scalar", "self", "other")
	fillTo       = op("masked_fill_.Scalar", "self", "mask", "value")
	div          = op("div.Tensor", "self", "other")
	lerpNew      = each{op("_foreach_lerp.Scalar"), op("lerp.Scalar", "self", "end", "weight")}
	vectorNorm   = op("linalg_vector_norm", "self", "ord")
	vectorNormOf = op("linalg_vector_norm", "self", "ord", "dim", "keepdim")
	meanOf       = op("mean.dim", "self", "dim", "keepdim")
	addmm        = op("addmm", "self", "mat1", "mat2", "beta", "alpha")
	clampMin     = op("clamp_min_", "self", "min")
	rsqrtTo      = op("rsqrt_", "self")
	squareTo     = op("square_", "self")
	subTo        = op("sub_.Tensor", "self", "other")
	squared      = op("pow.Tensor_Scalar", "self", "exponent")
	realView     = op("view_as_real", "self")
	toDense      = op("to_dense", "self")

	flattenTensors   = op("flatten_dense_tensors", "tensors")
	unflattenTensors = op("unflatten_dense_tensors", "flat", "tensors")
)

// byNumber is an operator with a number, with a form for lists
// that takes the number as a tensor. One by one the number takes a tensor's place, as
// in Python: mul_.Scalar of newer versions rounds it to a narrow dtype first.
type byNumber struct {
	each
	tensors *torch.Operator
}

var (
	addNumberNew = byNumber{
		each{op("_foreach_add.Scalar", "self", "scalar"), op("add.Tensor", "self", "other")},
		op("_foreach_add.List", "self", "other"),
	}
	mulNumberNew = byNumber{
		each{op("_foreach_mul.Scalar", "self", "scalar"), op("mul.Tensor", "self", "other")},
		op("_foreach_mul.List", "self", "other"),
	}
	divNumberNew = byNumber{
		each{op("_foreach_div.Scalar", "self", "scalar"), op("div.Tensor", "self", "other")},
		op("_foreach_div.List", "self", "other"),
	}
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

// hasList says whether the running libtorch has the form for lists.
func (e each) hasList() bool { return e.list != nil && e.list.Exists() }

// do runs an operator that changes its first argument.
func (b *Batch) do(e each, args ...any) {
	if b.lists && e.hasList() {
		e.list.Do(args...)
		return
	}
	for i := range b.states {
		e.one.Do(at(args, i)...)
	}
}

// get runs an operator that returns a tensor for every parameter.
func (b *Batch) get(e each, args ...any) List {
	if b.lists && e.hasList() {
		return List{b, e.list.ListIn(b.scope, args...)}
	}
	ts := make([]*torch.Tensor, len(b.states))
	for i := range ts {
		ts[i] = e.one.CallIn(b.scope, at(args, i)...)
	}
	return List{b, ts}
}

// by changes real tensors by a number, or each by one of a list.
func (b *Batch) by(e byNumber, ts []*torch.Tensor, number any) {
	if numbers := b.asTensors(ts, number); numbers != nil {
		e.tensors.Do(ts, numbers)
	} else {
		b.do(e.each, ts, number)
	}
}

// getBy is what an operator makes of tensors and a number.
func (b *Batch) getBy(e byNumber, ts []*torch.Tensor, number any) List {
	if numbers := b.asTensors(ts, number); numbers != nil {
		return List{b, e.tensors.ListIn(b.scope, ts, numbers)}
	}
	return b.get(e.each, ts, number)
}

// asTensors is a number, or a list of them, as tensors beside ts, or nil where it is to go as it is.
//
// On the CPU the number goes as a tensor of the tensors' own dtype. As a bare
// number it would be made a float64 tensor and converted, for every parameter
// anew, which takes five times as long as the arithmetic on a small one. For
// dtypes of less than 32 bits that would round the number first, as PyTorch does not.
func (b *Batch) asTensors(ts []*torch.Tensor, number any) []*torch.Tensor {
	dtype := ts[0].DType()
	if !b.lists || b.gpu || dtype != torch.Float32 && dtype != torch.Float64 {
		return nil
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
	return numbers
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

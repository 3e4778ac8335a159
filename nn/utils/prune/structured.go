package prune

import (
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

var (
	vectorNorm = torch.NewOperator("aten::linalg_vector_norm", "self", "ord", "dim", "keepdim")
	indexFill  = torch.NewOperator("aten::index_fill_.int_Scalar", "self", "dim", "index", "value")
)

// RandomStructured prunes an amount of a parameter's channels along a dimension, PyTorch's default for which is -1, by chance.
func RandomStructured[A Amount](m nn.Module, name string, a A, dim int) {
	structured(m, name, nil, amountOf(a), dim, func(s *torch.Scope, t *torch.Tensor, dim, n int) *torch.Tensor {
		chance := s.Own(torch.Rand(torch.Shape{t.Size(dim)}))
		limit, place := chance.Kthvalue(n, -1)
		s.Own(place)
		kept := s.Own(chance.Gt(s.Own(limit)))
		return s.Own(s.Own(kept.Nonzero()).Squeeze(1))
	})
}

// LnStructured prunes an amount of a parameter's channels along a dimension: those with the smallest n-norm, or with the
// smallest norm of their scores, if such are given, of the parameter's shape.
func LnStructured[A Amount](m nn.Module, name string, a A, n float64, dim int, scores ...*torch.Tensor) {
	structured(m, name, scores, amountOf(a), dim, func(s *torch.Scope, t *torch.Tensor, dim, pruned int) *torch.Tensor {
		var others []int
		for d := range t.Dim() {
			if d != dim {
				others = append(others, d)
			}
		}
		norms := s.Own(vectorNorm.Call(t, n, others, false))
		values, kept := norms.Topk(t.Size(dim)-pruned, -1)
		s.Own(values)
		return s.Own(kept)
	})
}

// structured prunes all but the channels that keep says.
func structured(m nn.Module, name string, scores []*torch.Tensor, a amount, dim int,
	keep func(s *torch.Scope, t *torch.Tensor, dim, n int) *torch.Tensor,
) {
	prune(m, name, scores, func(s *torch.Scope, t, mask *torch.Tensor, again bool) *torch.Tensor {
		dims := t.Dim()
		if dims < 2 {
			panic(invalid("expected a parameter of at least 2 dimensions, but got the shape %v", t.Shape()))
		}
		if dim < -dims || dim >= dims {
			panic(invalid("expected a dimension from %d to %d, but got %d", -dims, dims-1, dim))
		}
		d := (dim + dims) % dims
		compute := func(t, mask *torch.Tensor) *torch.Tensor {
			n := a.of(t.Size(d))
			if n == 0 {
				return mask
			}
			fresh := s.Own(torch.ZerosLike(t))
			indexFill.Do(fresh, d, keep(s, t, d, n), 1)
			return fresh.MulInplace(copied(s, mask, t.DType()))
		}
		if !again {
			return compute(t, mask)
		}
		left := mask
		for e := range slices.Backward(make([]struct{}, dims)) {
			if e != d {
				left = s.Own(left.Sum(e))
			}
		}
		channels := s.Own(s.Own(s.Own(left.Ne(0)).Nonzero()).Squeeze(1))
		part := compute(s.Own(t.IndexSelect(d, channels)), s.Own(mask.IndexSelect(d, channels)))
		merged := copied(s, mask, t.DType())
		indexCopy.Do(merged, d, channels, part)
		return merged
	})
}

func sameShape(want, got *torch.Tensor, what string) {
	if !slices.Equal(want.Shape(), got.Shape()) {
		panic(invalid("expected %s of the shape %v, but got %v", what, want.Shape(), got.Shape()))
	}
}

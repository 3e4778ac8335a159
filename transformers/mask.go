package transformers

import (
	"math"

	"multitorch/torch"
)

// Mask says which keys each query sees. A nil Mask hides none.
type Mask struct {
	add    *torch.Tensor // [N or 1, 1, Q or 1, K], 0 where a key is seen and the dtype's least number where not; nil if all are
	rows   *torch.Tensor // [N or 1, 1, Q or 1, 1], 1 where a query sees any key, else 0; nil if all do
	causal bool          // whether a query sees no key behind its own place, and all others: Q is K, and add is nil
}

// lowest is the least number of a dtype: a mask of it stays finite, so that a query that sees nothing gives numbers and not NaN.
func lowest(d torch.DType) float64 {
	switch d {
	case torch.Float16:
		return -65504
	case torch.BFloat16:
		return -0x1.FEp127
	case torch.Float64:
		return -math.MaxFloat64
	}
	return -math.MaxFloat32
}

// BidirectionalMask hides the keys that keep [N, K] has a 0 for, from every query; nil hides none. The dtype and device are x's.
func BidirectionalMask(keep, x *torch.Tensor) *Mask {
	if keep == nil {
		return nil
	}
	var on passing
	defer on.free()
	see := truths(&on, keep, x)
	if on.way(see.All()).ItemBool() {
		return nil
	}
	return maskOf(on.way(on.way(see.Unsqueeze(1)).Unsqueeze(1)), x)
}

// truths is keep as truth values; it is the caller's, and not freed, if it is that already.
func truths(on *passing, keep, x *torch.Tensor) *torch.Tensor {
	see := keep.To(torch.Bool, x.Device())
	if see != keep {
		on.way(see)
	}
	return see
}

// CausalMask is the mask of a decoder: query i of queries, which stand behind past earlier ones, sees the keys up to its own
// place, past+i, and of them those that keep [N, past+queries] has no 0 for. keep may be nil. The dtype and device are x's.
func CausalMask(keep *torch.Tensor, queries, past int, x *torch.Tensor) *Mask {
	var on passing
	defer on.free()
	var see *torch.Tensor
	if keep != nil {
		see = truths(&on, keep, x)
		if on.way(see.All()).ItemBool() {
			see = nil
		} else {
			see = on.way(on.way(see.Unsqueeze(1)).Unsqueeze(1))
		}
	}
	if queries == 1 {
		if see == nil {
			return nil
		}
		return maskOf(see, x)
	}
	if see == nil && past == 0 {
		return &Mask{causal: true}
	}
	triangle := on.way(on.way(torch.Ones(torch.Shape{queries, past + queries}, torch.Bool, x.Device())).Tril(past))
	if see != nil {
		triangle = on.way(see.And(triangle))
	} else {
		triangle = on.way(on.way(triangle.Unsqueeze(0)).Unsqueeze(0))
	}
	return maskOf(triangle, x)
}

// maskOf makes a mask of truth values [N, 1, Q, K].
func maskOf(see, x *torch.Tensor) *Mask {
	var on passing
	defer on.free()
	m := &Mask{add: torch.Zeros(see.Shape(), x.DType(), x.Device())}
	m.add.MaskedFillInplace(on.way(see.Not()), lowest(x.DType()))
	any := on.way(on.way(see.Any(-1)).Unsqueeze(-1))
	if !on.way(any.All()).ItemBool() {
		m.rows = any.To(x.DType())
	}
	return m
}

// numbers is the mask as it is added to the scores of queries against keys; nil for none. The caller frees it, if it is not m's.
func (m *Mask) numbers(queries, keys int, x *torch.Tensor) (mask *torch.Tensor, own bool) {
	switch {
	case m == nil:
		return nil, false
	case m.causal:
		see := torch.Ones(torch.Shape{1, 1, queries, keys}, torch.Bool, x.Device())
		defer see.Free()
		lower := see.Tril(0)
		defer lower.Free()
		return maskOf(lower, x).add, true
	}
	return m.add, false
}

// free frees what the mask holds.
func (m *Mask) free() {
	if m == nil {
		return
	}
	for _, t := range []*torch.Tensor{m.add, m.rows} {
		if t != nil {
			t.Free()
		}
	}
	m.add, m.rows = nil, nil
}

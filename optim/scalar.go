package optim

import (
	"math"

	"multitorch/torch"
)

// scalar is a number as Python's code has it: a float, or a tensor of one element, which rounds to its own dtype. What
// becomes of two is what Python makes of them.
type scalar struct {
	f float64
	t *torch.Tensor
}

func float(f float64) scalar        { return scalar{f: f} }
func tensor(t *torch.Tensor) scalar { return scalar{t: t} }
func (a scalar) operand() any       { return a.value() }
func (a scalar) less(b scalar) bool {
	return a.compare(b, (*torch.Tensor).Lt, (*torch.Tensor).Gt, a.f < b.f)
}

func (a scalar) atMost(b scalar) bool {
	return a.compare(b, (*torch.Tensor).Le, (*torch.Tensor).Ge, a.f <= b.f)
}

// value is the number as a state has it: a float64 or a tensor.
func (a scalar) value() any {
	if a.t != nil {
		return a.t
	}
	return a.f
}

// float is the number as the factor of an operator takes it.
func (a scalar) float() float64 {
	if a.t != nil {
		return a.t.Item()
	}
	return a.f
}

func (a scalar) add(b scalar) scalar {
	switch {
	case a.t != nil:
		return tensor(a.t.Add(b.operand()))
	case b.t != nil:
		return tensor(b.t.Add(a.f))
	}
	return float(a.f + b.f)
}

func (a scalar) sub(b scalar) scalar {
	switch {
	case a.t != nil:
		return tensor(a.t.Sub(b.operand()))
	case b.t != nil:
		return tensor(b.t.RSub(a.f))
	}
	return float(a.f - b.f)
}

func (a scalar) mul(b scalar) scalar {
	switch {
	case a.t != nil:
		return tensor(a.t.Mul(b.operand()))
	case b.t != nil:
		return tensor(b.t.Mul(a.f))
	}
	return float(a.f * b.f)
}

func (a scalar) div(b scalar) scalar {
	switch {
	case a.t != nil:
		return tensor(a.t.Div(b.operand()))
	case b.t != nil:
		return tensor(b.t.RDiv(a.f))
	case b.f == 0:
		panic(&torch.Error{Op: "optim.LBFGS", Kind: torch.ValueError, Message: "the line search divides by 0: is the learning rate 0?"})
	}
	return float(a.f / b.f)
}

func (a scalar) abs() scalar {
	if a.t != nil {
		return tensor(a.t.Abs())
	}
	return float(math.Abs(a.f))
}

func (a scalar) compare(b scalar, how, mirrored func(t *torch.Tensor, other any) *torch.Tensor, ofFloats bool) bool {
	switch {
	case a.t != nil:
		return how(a.t, b.operand()).ItemBool()
	case b.t != nil:
		return mirrored(b.t, a.f).ItemBool()
	}
	return ofFloats
}

// larger and smaller are Python's max and min, which of equal ones, and beside NaN, take the first.
func larger(a, b scalar) scalar {
	if a.less(b) {
		return b
	}
	return a
}

func smaller(a, b scalar) scalar {
	if b.less(a) {
		return b
	}
	return a
}

package constraints

import (
	"fmt"
	"strings"

	"multitorch/internal/pyrepr"
	"multitorch/torch"
)

// bounds are the bounds of a constraint of numbers.
type bounds struct{ lower, upper any }

func (b bounds) EventDim() int   { return 0 }
func (b bounds) LowerBound() any { return b.lower }
func (b bounds) UpperBound() any { return b.upper }

func (b bounds) String() string {
	var parts []string
	if b.lower != nil {
		parts = append(parts, "lower_bound="+Format(b.lower))
	}
	if b.upper != nil {
		parts = append(parts, "upper_bound="+Format(b.upper))
	}
	return strings.Join(parts, ", ")
}

// Format is a number or a tensor as Python's format() writes it: "1.0", "tensor([1., 2.])". A tensor without dimensions
// is written as its number.
func Format(v any) string {
	switch v := v.(type) {
	case *torch.Tensor:
		if v.Dim() > 0 {
			return v.String()
		}
		if v.DType().IsFloatingPoint() {
			return Format(v.Item())
		}
		return v.String()
	case float64:
		return pyrepr.Float(v)
	case float32:
		return pyrepr.Float(float64(v))
	}
	return fmt.Sprint(v)
}

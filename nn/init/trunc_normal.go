package nninit

import (
	"log/slog"
	"math"
	"sync"

	"multitorch/internal/version"
	"multitorch/libm"
	"multitorch/torch"
)

// byRejection tells whether this PyTorch draws truncated normal numbers until they are inside. Up to 2.6 it takes the
// inverse of the distribution, 2.14 draws.
var byRejection = sync.OnceValue(func() bool { return version.AtLeast(torch.Version(), 2, 12) })

// TruncNormal fills t from N(mean, std²), without what lies outside [a, b]. PyTorch's defaults are 0, 1, -2 and 2.
// Options: [Generator].
func TruncNormal(t *torch.Tensor, mean, std, a, b float64, opts ...Option) *torch.Tensor {
	if !(std > 0) || !(a <= b) {
		panic(invalid("TruncNormal", "expected a std above 0 and limits in their order, but got %v, and %v and %v", std, a, b))
	}
	if mean < a-2*std || mean > b+2*std {
		slog.Warn("nninit.TruncNormal: mean is more than 2 std from [a, b]. The distribution of values may be incorrect.")
	}
	n := truncated{mean, std, a, b, configure(opts).generator}
	return fill("TruncNormal", t, func() {
		torch.Scoped(func(s *torch.Scope) {
			low, high := normCDF((a-mean)/std), normCDF((b-mean)/std)
			switch {
			case !byRejection():
				n.inverse(t, low, high)
			case high-low > 0.3:
				n.redraw(s, t)
			default:
				n.reject(s, t)
			}
		})
	})
}

func normCDF(x float64) float64 { return (1 + libm.Erf(x/math.Sqrt(2))) / 2 }

type truncated struct {
	mean, std, a, b float64
	generator       []*torch.Generator
}

// inverse puts uniform numbers through the inverse of the distribution.
func (n truncated) inverse(t *torch.Tensor, low, high float64) {
	t.UniformInplace(2*low-1, 2*high-1, n.generator...)
	t.ErfinvInplace()
	t.MulInplace(n.std * math.Sqrt(2))
	t.AddInplace(n.mean)
	t.ClampInplace(n.a, n.b)
}

// redraw draws those again that are outside.
func (n truncated) redraw(s *torch.Scope, t *torch.Tensor) {
	bound := func(limit float64) float64 {
		wide := s.Own(torch.New(limit, torch.Float64))
		if t.DType() == torch.Float64 {
			return wide.Item()
		}
		return wide.To(t.DType()).Item() // which is the scope's, as wide is
	}
	low, high := bound(n.a), bound(n.b)
	drawn := t.NormalInplace(n.mean, n.std, n.generator...)
	for {
		outside := s.Own(s.Own(drawn.Lt(low)).BitwiseOr(s.Own(drawn.Gt(high))))
		if !anyTrue(s, outside) {
			break
		}
		again := s.Own(torch.EmptyLike(drawn)).NormalInplace(n.mean, n.std, n.generator...)
		drawn = s.Own(torch.Where(outside, again, drawn))
	}
	if drawn != t {
		t.CopyInplace(drawn)
	}
}

// reject draws uniform numbers and takes each as often as the density there, against its peak, says.
func (n truncated) reject(s *torch.Scope, t *torch.Tensor) {
	mode := max(n.a, min(n.mean, n.b))
	peak := -0.5 * libm.Pow((mode-n.mean)/n.std, 2)
	drawn := t.UniformInplace(n.a, n.b, n.generator...)
	candidates, levels := s.Own(torch.EmptyLike(t)), s.Own(torch.EmptyLike(t))
	refused := func() *torch.Tensor { // by the candidates, which become logarithms of densities
		candidates.SubInplace(n.mean).DivInplace(n.std).PowInplace(2).MulInplace(-0.5).SubInplace(peak)
		return s.Own(levels.UniformInplace(0, 1, n.generator...).LogInplace().Gt(candidates))
	}
	candidates.CopyInplace(drawn)
	for pending := refused(); anyTrue(s, pending); pending = s.Own(torch.Where(pending, refused(), pending)) {
		candidates.UniformInplace(n.a, n.b, n.generator...)
		drawn = s.Own(torch.Where(pending, candidates, drawn))
	}
	if drawn != t {
		t.CopyInplace(drawn)
	}
}

func anyTrue(s *torch.Scope, t *torch.Tensor) bool { return s.Own(t.Any()).ItemBool() }

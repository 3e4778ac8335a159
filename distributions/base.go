package distributions

import (
	"reflect"
	"slices"
	"strings"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Base is what distributions embed: their shapes, the checks, and the methods that follow from others. Each of the others
// is an error until a distribution has it.
type Base struct {
	self         Distribution
	name         string
	batch, event torch.Shape
	validate     bool
	params       []Parameter
}

// Init notes the distribution that embeds b and its shapes, and checks its parameters, in their order.
func (b *Base) Init(self Distribution, batchShape, eventShape torch.Shape, params []Parameter, opts ...Option) {
	name := typeName(self)
	c := configure(name, opts)
	noNegative(name, batchShape)
	noNegative(name, eventShape)
	*b = Base{self, name, slices.Clone(batchShape), slices.Clone(eventShape), c.validate, params}
	if !c.validate || c.unchecked {
		return
	}
	for _, p := range params {
		if p.Constraint == nil {
			continue
		}
		if !p.Constraint.Check(p.Value).All().ItemBool() {
			panic(invalid(name, "expected parameter %s (a tensor of shape %s) of distribution %s to satisfy the constraint %s, "+
				"but found invalid values:\n%s", p.Name, pyShape(p.Value.Shape()), self, p.Constraint, p.Value))
		}
	}
}

// typeName is the name of the distribution's type.
func typeName(v any) string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// BatchShape implements [Distribution].
func (b *Base) BatchShape() torch.Shape { return slices.Clone(b.batch) }

// EventShape implements [Distribution].
func (b *Base) EventShape() torch.Shape { return slices.Clone(b.event) }

// ExtendedShape is the shape of samples: shape, BatchShape and EventShape.
func (b *Base) ExtendedShape(shape ...int) torch.Shape {
	noNegative(b.name, shape)
	return slices.Concat(shape, b.batch, b.event)
}

func noNegative(op string, shape torch.Shape) {
	if len(shape) > 0 && slices.Min(shape) < 0 {
		panic(invalid(op, "expected sizes of 0 or more, but got %s", pyShape(shape)))
	}
}

// Validates reports whether values are checked; see [ValidateArgs].
func (b *Base) Validates() bool { return b.validate }

// ValidateSample checks a value, if that is on: its shape, and that it lies in the support.
func (b *Base) ValidateSample(value *torch.Tensor) {
	if value == nil {
		panic(wrongType(b.name, "expected a tensor as value, but got nil"))
	}
	if !b.validate {
		return
	}
	got, want := value.Shape(), b.ExtendedShape()
	if n := len(got) - len(b.event); n < 0 || !slices.Equal(got[n:], b.event) {
		panic(invalid(b.name, "expected a value whose last dimensions are those of the event %s, but got the shape %s",
			pyShape(b.event), pyShape(got)))
	}
	for i := range min(len(got), len(want)) {
		if g, w := got[len(got)-1-i], want[len(want)-1-i]; g != 1 && w != 1 && g != w {
			panic(invalid(b.name, "expected a value that is broadcastable with the batch and the event, %s, but got the shape %s",
				pyShape(want), pyShape(got)))
		}
	}
	support := b.whole().Support()
	if !support.Check(value).All().ItemBool() {
		panic(invalid(b.name, "expected a value (a tensor of shape %s) within the support (%s) of the distribution %s, "+
			"but found invalid values:\n%s", pyShape(got), support, b.self, value))
	}
}

// whole is the distribution that embeds b.
func (b *Base) whole() Distribution {
	if b.self == nil {
		panic(invalid("Distribution", "it was not made by a constructor that calls Base.Init"))
	}
	return b.self
}

// keep is the options of a distribution that is made of this one, whose parameters need no second look.
func (b *Base) keep() Option { return kept(b.validate) }

// Sample implements [Distribution] by RSample.
func (b *Base) Sample(shape ...int) *torch.Tensor {
	return withoutGrad(func() *torch.Tensor { return b.whole().RSample(shape...) })
}

// Stddev implements [Distribution] by Variance.
func (b *Base) Stddev() *torch.Tensor { return b.whole().Variance().Sqrt() }

// Perplexity implements [Distribution] by Entropy.
func (b *Base) Perplexity() *torch.Tensor { return b.whole().Entropy().Exp() }

// HasRSample implements [Distribution]: false.
func (b *Base) HasRSample() bool { return false }

// HasEnumerateSupport implements [Distribution]: false.
func (b *Base) HasEnumerateSupport() bool { return false }

// RSample implements [Distribution] by an error, as do those below.
func (b *Base) RSample(...int) *torch.Tensor { panic(b.lacks("rsample")) }

// LogProb is an error.
func (b *Base) LogProb(*torch.Tensor) *torch.Tensor { panic(b.lacks("log_prob")) }

// CDF is an error.
func (b *Base) CDF(*torch.Tensor) *torch.Tensor { panic(b.lacks("cdf")) }

// ICDF is an error.
func (b *Base) ICDF(*torch.Tensor) *torch.Tensor { panic(b.lacks("icdf")) }

// Mean is an error.
func (b *Base) Mean() *torch.Tensor { panic(b.lacks("mean")) }

// Mode is an error.
func (b *Base) Mode() *torch.Tensor { panic(b.lacks("mode")) }

// Variance is an error.
func (b *Base) Variance() *torch.Tensor { panic(b.lacks("variance")) }

// Entropy is an error.
func (b *Base) Entropy() *torch.Tensor { panic(b.lacks("entropy")) }

// EnumerateSupport is an error.
func (b *Base) EnumerateSupport(bool) *torch.Tensor { panic(b.lacks("enumerate_support")) }

// Expand is an error.
func (b *Base) Expand(...int) Distribution { panic(b.lacks("expand")) }

// Support is an error.
func (b *Base) Support() constraints.Constraint { panic(b.lacks("support")) }

func (b *Base) lacks(what string) *torch.Error {
	return &torch.Error{Op: b.name, Kind: torch.NotImplemented, Message: "it has no " + what}
}

// String implements [Distribution].
func (b *Base) String() string {
	params := b.params
	if o, ok := b.self.(interface{ computed([]Parameter) []Parameter }); ok {
		params = o.computed(params)
	}
	var parts []string
	for _, p := range params {
		if p.Hidden {
			continue
		}
		text := "torch.Size(" + pyList(p.Value.Shape()) + ")"
		if p.Value.Numel() == 1 {
			text = constraints.Format(p.Value)
		}
		parts = append(parts, p.Name+": "+text)
	}
	return b.name + "(" + strings.Join(parts, ", ") + ")"
}

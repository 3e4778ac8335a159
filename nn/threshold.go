package nn

import "multitorch/torch"

var threshold = newPointwise("threshold", "threshold", "value")

// Number is a number as Python has them: 20 is printed as 20, and 20.0 as 20.0.
type Number interface{ int | float64 }

// Threshold is x where it is above a threshold, else a value, elementwise, as torch.nn.Threshold.
type Threshold struct {
	activation
	threshold, value any
}

// NewThreshold makes a Threshold.
func NewThreshold[T, V Number](threshold T, value V, opts ...ActivationOption) *Threshold {
	m := &Threshold{threshold: threshold, value: value}
	m.init("Threshold", "inplace", ActivationConfig{}, opts)
	return m
}

// Forward maps [...] to [...]. With Inplace it returns x itself.
func (m *Threshold) Forward(x *torch.Tensor) *torch.Tensor {
	return m.apply(threshold, x, m.threshold, m.value)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Threshold) ExtraRepr() string {
	return m.inplaceRepr("threshold=" + pyNumber(m.threshold) + ", value=" + pyNumber(m.value))
}

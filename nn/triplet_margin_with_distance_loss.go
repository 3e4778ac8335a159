package nn

import (
	"multitorch/internal/version"
	"multitorch/torch"
)

var clampMin = torch.NewOperator("aten::clamp_min", "self", "min")

// Distance measures how far apart vectors are: [PairwiseDistance], [CosineSimilarity], a module of
// one's own, or a [DistanceFunc].
type Distance interface {
	Forward(x1, x2 *torch.Tensor) *torch.Tensor
}

// DistanceFunc is a function as a [Distance].
type DistanceFunc func(x1, x2 *torch.Tensor) *torch.Tensor

// Forward calls the function.
func (f DistanceFunc) Forward(x1, x2 *torch.Tensor) *torch.Tensor { return f(x1, x2) }

// String stands for the function where settings are printed.
func (f DistanceFunc) String() string { return "<function>" }

// TripletMarginWithDistanceLoss is [TripletMarginLoss] with any distance, as
// torch.nn.TripletMarginWithDistanceLoss. Options: [DistanceFunction] ([PairwiseDistance]), [Margin]
// (1), [Swap], [Reduction].
type TripletMarginWithDistanceLoss struct {
	loss
	DistanceFunction Module // the distance, where it is a module
}

// NewTripletMarginWithDistanceLoss makes the loss.
func NewTripletMarginWithDistanceLoss(opts ...LossOption) *TripletMarginWithDistanceLoss {
	m := &TripletMarginWithDistanceLoss{}
	m.init("TripletMarginWithDistanceLoss", "distance_function margin swap reduction", LossConfig{Margin: 1}, opts)
	if m.config.DistanceFunction == nil {
		m.config.DistanceFunction = NewPairwiseDistance()
	}
	m.DistanceFunction, _ = m.config.DistanceFunction.(Module)
	m.checkMargin("TripletMarginWithDistanceLoss")
	return m
}

// Forward compares tensors of any shape that the distance takes. The loss is a scalar, or of the
// distance's shape with the reduction "none".
func (m *TripletMarginWithDistanceLoss) Forward(anchor, positive, negative *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&anchor, &positive, &negative)
	defer m.leaveAll("TripletMarginWithDistanceLoss", inputs, &result)
	if a, p, n := anchor.Dim(), positive.Dim(), negative.Dim(); a != p || p != n {
		panic(invalid("triplet_margin_with_distance_loss",
			"expected an anchor, a positive and a negative of as many dimensions, but got %d, %d and %d", a, p, n))
	}
	var on passing
	defer on.free()
	measure := m.config.DistanceFunction
	if child, ok := m.DistanceFunction.(Distance); ok {
		measure = child
	}
	near, far := on.way(measure.Forward(anchor, positive)), on.way(measure.Forward(anchor, negative))
	if m.config.Swap {
		far = on.way(far.Minimum(on.way(measure.Forward(positive, negative))))
	}
	if version.AtLeast(torch.Version(), 2, 0) {
		return m.reduce(clampMin.Call(on.way(on.way(near.Add(m.config.Margin)).Sub(far)), 0))
	}
	return m.reduce(on.way(on.way(near.Sub(far)).Add(m.config.Margin)).Clamp(0.0, nil))
}

package nn

import "multitorch/torch"

var crossEntropy = torch.NewOperator("aten::cross_entropy_loss", "self", "target", "weight", "reduction", "ignore_index", "label_smoothing")

// CrossEntropyLoss compares scores with classes, as torch.nn.CrossEntropyLoss. The
// scores are raw: it takes their log-softmax itself.
type CrossEntropyLoss struct {
	Base
	Weight *Buffer // [C], or nil
	config crossEntropyConfig
}

// CrossEntropyOption is an option of [NewCrossEntropyLoss]: [Weight],
// [IgnoreIndex], [Reduction], [LabelSmoothing].
type CrossEntropyOption interface{ crossEntropy(*crossEntropyConfig) }

type crossEntropyConfig struct {
	weight    *torch.Tensor
	ignore    int
	reduction Reduction
	smoothing float64
}

// LabelSmoothing is the share of each target that is spread over all classes, from
// 0, the default, to 1 (Szegedy et al., "Rethinking the Inception Architecture
// for Computer Vision", 2015).
type LabelSmoothing float64

func (s LabelSmoothing) crossEntropy(c *crossEntropyConfig) { c.smoothing = float64(s) }

// NewCrossEntropyLoss makes the loss.
func NewCrossEntropyLoss(opts ...CrossEntropyOption) *CrossEntropyLoss {
	c := crossEntropyConfig{ignore: -100, reduction: "mean"}
	for _, o := range opts {
		o.crossEntropy(&c)
	}
	c.reduction.check("CrossEntropyLoss")
	probability(c.smoothing, "CrossEntropyLoss", "label_smoothing")
	return &CrossEntropyLoss{Weight: newBuffer(c.weight), config: c}
}

// Forward compares scores [N, C] with classes [N], scores [N, C, d...] with classes
// [N, d...], or scores [C] with a class []. Classes are int64, from 0 to C-1 or the
// ignored index; a target of the scores' own shape and dtype has probabilities. The
// loss is a scalar, or of the classes' shape with the reduction "none". The mean is
// weighted by the classes' weights and leaves ignored targets out.
func (m *CrossEntropyLoss) Forward(input, target *torch.Tensor) *torch.Tensor {
	defer m.guard("CrossEntropyLoss")
	c := &m.config
	check := func() { checkTargets("cross_entropy_loss", input, target, c.ignore) }
	if target.Device().IsCUDA() {
		check()
	}
	defer explain(check)
	return crossEntropy.Call(input, target, m.Weight.tensor(), c.reduction.number(), c.ignore, c.smoothing)
}

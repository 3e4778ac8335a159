package nn

import (
	"math"
	"slices"

	"multitorch/libm"
	"multitorch/torch"
)

// AdaptiveLogSoftmaxWithLoss is a softmax over many classes, sorted by how often they occur: the
// frequent ones have their own scores, the others share those of clusters, which are computed only
// where they are needed, as torch.nn.AdaptiveLogSoftmaxWithLoss (Grave et al., "Efficient softmax
// approximation for GPUs", 2016).
type AdaptiveLogSoftmaxWithLoss struct {
	Base
	Head      *Linear
	Tail      *ModuleList[*Sequential] // two Linears for each cluster
	classes   int
	cutoffs   []int // where the clusters end
	shortlist int   // the classes of the head
	config    AdaptiveConfig
}

// AdaptiveConfig is the settings of an adaptive softmax.
type AdaptiveConfig struct {
	DivValue float64 `json:"div_value"` // by which each cluster is narrower than the one before: 4
	HeadBias bool    `json:"head_bias"` // whether the head has a bias: false
	factory
}

// AdaptiveOption is an option of [NewAdaptiveLogSoftmaxWithLoss]: [DivValue], [HeadBias], [DType],
// [Device], or a whole [AdaptiveConfig].
type AdaptiveOption interface{ adaptive(*AdaptiveConfig) }

func (c AdaptiveConfig) adaptive(to *AdaptiveConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c AdaptiveConfig) String() string { return pySettings(c) }

// DivValue is by how much each cluster of an adaptive softmax is narrower than the one before. The
// default is 4.
type DivValue float64

// HeadBias(true) gives the head of an adaptive softmax a bias. The default is false.
type HeadBias bool

func (d DivValue) adaptive(c *AdaptiveConfig) { c.DivValue = float64(d) }
func (b HeadBias) adaptive(c *AdaptiveConfig) { c.HeadBias = bool(b) }
func (d DType) adaptive(c *AdaptiveConfig)    { c.dtype(d) }
func (d Device) adaptive(c *AdaptiveConfig)   { c.device(d) }

// NewAdaptiveLogSoftmaxWithLoss makes a softmax of in features over a number of classes. The
// cutoffs, which rise, are the classes at which each cluster begins.
func NewAdaptiveLogSoftmaxWithLoss(in, classes int, cutoffs []int, opts ...AdaptiveOption) *AdaptiveLogSoftmaxWithLoss {
	const kind = "AdaptiveLogSoftmaxWithLoss"
	c := configure(kind, "div_value head_bias device dtype", AdaptiveConfig{DivValue: 4}, opts, AdaptiveOption.adaptive)
	rising := len(cutoffs) > 0 && cutoffs[0] > 0 && cutoffs[len(cutoffs)-1] < classes
	for i := 1; i < len(cutoffs); i++ {
		rising = rising && cutoffs[i] > cutoffs[i-1]
	}
	if !rising {
		panic(invalid(kind, "cutoffs must be rising numbers between 1 and n_classes-1, %d, but got %s", classes-1, pyList(cutoffs)))
	}
	if !(c.DivValue > 0) {
		panic(invalid(kind, "div_value must be above 0, but got %v", c.DivValue))
	}
	linear := LinearConfig{factory: c.factory}
	clusters := len(cutoffs)
	m := &AdaptiveLogSoftmaxWithLoss{classes: classes, cutoffs: append(slices.Clone(cutoffs), classes), shortlist: cutoffs[0], config: c}
	m.Head = NewLinear(in, m.shortlist+clusters, LinearConfig{Bias: c.HeadBias, factory: c.factory})
	m.Tail = NewModuleList[*Sequential]()
	for i := range clusters {
		width := floorDiv(float64(in), libm.Pow(c.DivValue, float64(i+1)))
		m.Tail.Append(NewSequential(NewLinear(in, width, linear), NewLinear(width, m.cutoffs[i+1]-m.cutoffs[i], linear)))
	}
	return m
}

// floorDiv is Python's a // b of positive floats, as an int.
func floorDiv(a, b float64) int { return int(math.Floor((a-math.Mod(a, b))/b + 0.5)) }

// Config is the module's settings.
func (m *AdaptiveLogSoftmaxWithLoss) Config() AdaptiveConfig { return m.config }

// Forward maps [N, in] and the classes [N], or the same without N, to the log-probability of each
// class, [N], and the loss, their negative mean.
func (m *AdaptiveLogSoftmaxWithLoss) Forward(x, target *torch.Tensor) (output, loss *torch.Tensor) {
	in := m.enterAll(&x, &target)
	defer m.leaveAll("AdaptiveLogSoftmaxWithLoss", in, &output, &loss)
	m.checkInput(x, target)
	var on passing
	defer on.free()
	batched := target.Dim() == 1
	if !batched {
		x, target = on.way(x.Unsqueeze(0)), on.way(target.Unsqueeze(0))
	}
	output, places := x.NewZeros(torch.Shape{target.Size(0)}), on.way(torch.EmptyLike(target))
	used, low := 0, 0
	for i, high := range m.cutoffs {
		mask := on.way(on.way(target.Ge(low)).And(on.way(target.Lt(high))))
		rows := on.way(on.way(mask.Nonzero()).Squeeze())
		if rows.Numel() > 0 {
			own := on.way(target.Index(mask))
			if i == 0 {
				places.IndexCopyInplace(0, rows, own)
			} else {
				part := on.way(m.Tail.Get(i - 1).Forward(on.way(x.IndexSelect(0, rows))))
				places.IndexFillInplace(0, rows, m.shortlist+i-1)
				local := on.way(on.way(part.LogSoftmax(1)).Gather(1, on.way(on.way(own.Sub(low)).Unsqueeze(1))))
				output.IndexCopyInplace(0, rows, on.way(local.Squeeze(1)))
			}
			used += rows.Numel()
		}
		low = high
	}
	if used != target.Numel() {
		panic(invalid("adaptive_log_softmax", "expected classes from 0 to %d, but got some from %d to %d", m.classes-1,
			on.way(target.Min()).ItemInt(), on.way(target.Max()).ItemInt()))
	}
	head := on.way(on.way(m.Head.Forward(x)).LogSoftmax(1))
	output.AddInplace(on.way(on.way(head.Gather(1, on.way(places.Unsqueeze(1)))).Squeeze()))
	loss = on.way(output.Neg()).Mean()
	if batched {
		return output, loss
	}
	return on.way(output).Squeeze(0), loss
}

func (m *AdaptiveLogSoftmaxWithLoss) checkInput(x, target *torch.Tensor) {
	xs, ts := x.Shape(), target.Shape()
	switch {
	case len(ts) > 1:
		panic(invalid("adaptive_log_softmax", "expected classes of 0 or 1 dimensions, but got the shape %s", pyList(ts)))
	case len(xs) != len(ts)+1:
		panic(invalid("adaptive_log_softmax", "expected an input of %d dimensions for these classes, but got the shape %s",
			len(ts)+1, pyList(xs)))
	case len(ts) == 1 && xs[0] != ts[0]:
		panic(invalid("adaptive_log_softmax", "expected as many classes as samples, but got %d and %d", ts[0], xs[0]))
	}
}

// LogProb maps [N, in] to the log-probabilities of all classes, [N, classes].
func (m *AdaptiveLogSoftmaxWithLoss) LogProb(x *torch.Tensor) *torch.Tensor {
	defer m.guard("AdaptiveLogSoftmaxWithLoss")
	head := m.Head.Forward(x)
	defer head.Free()
	return m.fullLogProb(x, head)
}

func (m *AdaptiveLogSoftmaxWithLoss) fullLogProb(x, scores *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	out := x.NewEmpty(torch.Shape{scores.Size(0), m.classes})
	head := on.way(scores.LogSoftmax(1))
	out.IndexPut(on.way(head.Narrow(1, 0, m.shortlist)), torch.R(nil, nil), torch.R(nil, m.shortlist))
	for i, stop := range m.cutoffs[1:] {
		cluster := on.way(on.way(m.Tail.Get(i).Forward(x)).LogSoftmax(1))
		all := on.way(cluster.Add(on.way(on.way(head.Select(1, m.shortlist+i)).Unsqueeze(1))))
		out.IndexPut(all, torch.R(nil, nil), torch.R(m.cutoffs[i], stop))
	}
	return out
}

// Predict maps [N, in] to the most probable classes, [N]. Clusters are looked at only where one is
// more probable than the head's classes.
func (m *AdaptiveLogSoftmaxWithLoss) Predict(x *torch.Tensor) *torch.Tensor {
	defer m.guard("AdaptiveLogSoftmaxWithLoss")
	var on passing
	defer on.free()
	head := on.way(m.Head.Forward(x))
	output := head.Argmax(1)
	beyond := on.way(output.Ge(m.shortlist))
	switch {
	case !on.way(beyond.Any()).ItemBool():
		return output
	case on.way(beyond.All()).ItemBool():
		on.way(output)
		return on.way(m.fullLogProb(x, head)).Argmax(1)
	}
	some := on.way(m.fullLogProb(on.way(x.Index(beyond)), on.way(head.Index(beyond))))
	return output.IndexPut(on.way(some.Argmax(1)), beyond)
}

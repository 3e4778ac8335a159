package nn

import (
	"fmt"

	"multitorch/torch"
)

// channelNorm is what batch and instance norms have in common. Weight, ones at first, and Bias,
// zeros at first, are nil with Affine(false), Bias also with Bias(false); the buffers are nil with
// TrackRunningStats(false). All are [C], but for NumBatchesTracked, an int64 scalar.
type channelNorm struct {
	Base
	Weight, Bias            *Parameter
	RunningMean, RunningVar *Buffer
	NumBatchesTracked       *Buffer
	kind                    string // the module's name
	features                int
	config                  NormConfig
}

func (m *channelNorm) init(kind string, features int, c NormConfig) {
	atLeast(0, features, kind, "num_features")
	m.kind, m.features, m.config = kind, features, c
	m.Weight, m.Bias = c.affine(c.Affine, features)
	if c.TrackRunningStats {
		m.RunningMean, m.RunningVar = NewBuffer(c.zeros(features)), NewBuffer(c.ones(features))
		m.NumBatchesTracked = NewBuffer(torch.Zeros(torch.Shape{}, append(c.options[:len(c.options):len(c.options)], torch.Int64)...))
	}
}

// Config is the module's settings.
func (m *channelNorm) Config() NormConfig { return m.config }

// UpgradeState counts no batches where a state does not say how many there were, as one from
// before PyTorch 0.4.1 does not.
func (m *channelNorm) UpgradeState(prefix string, state map[string]*torch.Tensor) {
	key := prefix + "num_batches_tracked"
	if state[key] == nil && m.NumBatchesTracked != nil {
		state[key] = torch.New(int64(0))
	}
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *channelNorm) ExtraRepr() string {
	c := &m.config
	momentum := "None"
	if !c.CumulativeAverage {
		momentum = pyFloat(c.Momentum)
	}
	return fmt.Sprintf("%d, eps=%s, momentum=%s, affine=%s%s, track_running_stats=%s",
		m.features, pyFloat(c.Eps), momentum, pyBool(c.Affine), biasRepr(m.Bias), pyBool(c.TrackRunningStats))
}

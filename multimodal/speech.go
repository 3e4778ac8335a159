package multimodal

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// SpeechConfig is the size of a [Speech] model. The zero value of a field means its default.
type SpeechConfig struct {
	Bins     int     `json:"bins"`     // numbers of a frame of features: SpeechBins
	Channels int     `json:"channels"` // of the convolution: 128
	Kernel   int     `json:"kernel"`   // frames that the first convolution sees, odd: 11
	Blocks   int     `json:"blocks"`   // further convolutions, of 7 steps each, whose results are added to what they see
	Hidden   int     `json:"hidden"`   // of each direction of the GRU: 128
	Layers   int     `json:"layers"`   // of the GRU: 2
	Dropout  float64 `json:"dropout"`  // before, between and behind the GRU's layers
	Symbols  int     `json:"symbols"`  // scores of a step: the labels and, as 0, the blank
}

// speechStride is how many frames of features become one step of scores.
const speechStride = 2

func (c SpeechConfig) withDefaults() SpeechConfig {
	for _, d := range []struct {
		field *int
		value int
	}{{&c.Bins, SpeechBins}, {&c.Channels, 128}, {&c.Kernel, 11}, {&c.Hidden, 128}, {&c.Layers, 2}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return c
}

// Check returns an error for a model that can't be made, or that nobody means: a description may come from a file.
func (c SpeechConfig) Check() error {
	c = c.withDefaults()
	const most = 1 << 12
	for _, l := range []struct {
		name             string
		value, min, most int
	}{
		{"bins", c.Bins, 1, most},
		{"channels", c.Channels, 1, most},
		{"kernel", c.Kernel, 1, 255},
		{"blocks", c.Blocks, 0, 64},
		{"hidden", c.Hidden, 1, most},
		{"layers", c.Layers, 1, 16},
		{"symbols", c.Symbols, 2, 1 << 16},
	} {
		if l.value < l.min || l.value > l.most {
			return fmt.Errorf("a speech model's %s: expected %d to %d, but got %d", l.name, l.min, l.most, l.value)
		}
	}
	if c.Kernel%2 == 0 {
		return fmt.Errorf("a speech model's kernel: expected an odd number, but got %d", c.Kernel)
	}
	if !(c.Dropout >= 0 && c.Dropout < 1) {
		return fmt.Errorf("a speech model's dropout: expected 0 to 1, but got %v", c.Dropout)
	}
	return nil
}

// Speech writes what is said: a convolution that halves the rate, maybe further ones, a bidirectional GRU, and scores of the
// symbols at each step, which CTC (Graves et al., 2006) compares with a transcript.
type Speech struct {
	nn.Base
	Augment *SpeechAugment // of training, by Loss; it has no parameters
	Conv    *nn.Conv1d
	Norm    *nn.BatchNorm1d
	Dropout *nn.Dropout
	Blocks  *nn.ModuleList[*nn.Sequential]
	RNN     *nn.GRU
	FC      *nn.Linear
}

// NewSpeech makes one. A config that Check refuses panics with a [*torch.Error].
func NewSpeech(c SpeechConfig) *Speech {
	if err := c.Check(); err != nil {
		panic(&torch.Error{Op: "NewSpeech", Kind: torch.ValueError, Message: err.Error()})
	}
	c = c.withDefaults()
	rnn := []nn.RNNOption{nn.NumLayers(c.Layers), nn.BatchFirst(true), nn.Bidirectional(true)}
	if c.Layers > 1 {
		rnn = append(rnn, nn.NewDropout(c.Dropout))
	}
	m := &Speech{ // in the order in which Python draws the weights
		Augment: &SpeechAugment{},
		Conv:    nn.NewConv1d(c.Bins, c.Channels, c.Kernel, nn.Stride(speechStride), nn.Padding(c.Kernel/2)),
		Norm:    nn.NewBatchNorm1d(c.Channels),
		Dropout: nn.NewDropout(c.Dropout),
		Blocks:  nn.NewModuleList[*nn.Sequential](),
	}
	for range c.Blocks {
		m.Blocks.Append(newSpeechBlock(c))
	}
	m.RNN = nn.NewGRU(c.Channels, c.Hidden, rnn...)
	m.FC = nn.NewLinear(2*c.Hidden, c.Symbols)
	return m
}

// newSpeechBlock makes a convolution over 7 steps, about a syllable, that keeps their number.
func newSpeechBlock(c SpeechConfig) *nn.Sequential {
	const kernel = 7
	return nn.NewSequential(
		nn.NewConv1d(c.Channels, c.Channels, kernel, nn.Padding(kernel/2)),
		nn.NewBatchNorm1d(c.Channels), nn.NewReLU(), nn.NewDropout(c.Dropout),
	)
}

// SpeechSteps is how many steps of scores a [Speech] makes of so many frames of features.
func SpeechSteps(frames int) int { return (frames + speechStride - 1) / speechStride }

// Forward maps features [N, T, bins] of the given lengths, int64 [N] from 1 to T on the CPU, to the logarithms of the
// symbols' probabilities [N, (T+1)/2, symbols], and the lengths to those of the scores. What stands behind a length in the
// features must be zeros; then a clip's scores do not depend on the other clips, in evaluation.
func (m *Speech) Forward(features, lengths *torch.Tensor) (scores, steps *torch.Tensor) {
	x := m.Conv.Forward(features.Transpose(1, 2)) // [N, channels, (T+1)/2]
	x = m.Dropout.Forward(m.Norm.Forward(x).ReLU())
	steps = lengths.Add(speechStride - 1).FloorDiv(speechStride)
	behind := torch.Arange(0, x.Size(2), 1).Ge(steps.Unsqueeze(1)).Unsqueeze(1).To(x.Device())
	for _, block := range m.Blocks.All() {
		x = x.MaskedFill(behind, 0) // so that a block sees the same zeros behind a clip, whatever is beside it
		x = x.Add(block.Forward(x))
	}
	packed := nn.PackPaddedSequence(x.Transpose(1, 2), steps, nn.BatchFirst(true), nn.EnforceSorted(false))
	packed, _ = m.RNN.ForwardPacked(packed, nil)
	x, _ = nn.PadPackedSequence(packed, nn.BatchFirst(true))
	return m.FC.Forward(m.Dropout.Forward(x)).LogSoftmax(2), steps
}

// Loss is CTC's loss of a batch, with Augment's changes in training, and the scores and their lengths that it was computed
// from. Whether the texts fit was seen when the [SpeechSet] was made.
func (m *Speech) Loss(b SpeechBatch, criterion *nn.CTCLoss) (loss, scores, steps *torch.Tensor) {
	features, lengths := m.Augment.Forward(b.Features, b.Lengths, b.Least)
	scores, steps = m.Forward(features, lengths)
	return criterion.Forward(scores.Transpose(0, 1), b.Targets, steps, b.TargetLengths), scores, steps
}

package transformers

import (
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/torch"
)

func init() {
	register(&family{
		modelType: "wav2vec2", config: func() Config { return NewWav2Vec2Config() }, prefix: "wav2vec2",
		classes: []*class{classOf(NewWav2Vec2Model), classOf(NewWav2Vec2ForCTC)},
	})
}

// Wav2Vec2Input is a batch of clips.
type Wav2Vec2Input struct {
	InputValues *torch.Tensor // samples [N, length] at 16 kHz, each clip of mean 0 and variance 1
	// AttentionMask [N, length] is 1 for samples and 0 for padding behind them; nil where there is none. Clips of several lengths
	// can be a batch with feat_extract_norm "layer" alone: the norm of "group" is over all of a clip's time, padding included.
	AttentionMask *torch.Tensor

	OutputHiddenStates bool // whether the states between the layers are wanted
	OutputAttentions   bool // whether attention's weights are wanted, which takes the eager order

	Labels *torch.Tensor // what is said [N, letters], where numbers below 0 count for nothing, for CTC's loss
}

// Wav2Vec2Output is what a model makes of a batch.
type Wav2Vec2Output struct {
	BaseModelOutput
	ExtractFeatures *torch.Tensor // what the convolutions made [N, steps, channels], behind a norm
	Loss            *torch.Tensor // if there were labels
	Logits          *torch.Tensor // scores of the letters [N, steps, vocab_size]; nil from a [Wav2Vec2Model]
}

// Wav2Vec2Model is the encoder of Baevski et al., "wav2vec 2.0: A Framework for Self-Supervised Learning of Speech
// Representations", 2020.
type Wav2Vec2Model struct {
	PreTrainedModel[*Wav2Vec2Config]
	MaskedSpecEmbed   *nn.Parameter // what stands for hidden steps in training; nil without such. Steps are never hidden here
	FeatureExtractor  *Wav2Vec2FeatureEncoder
	FeatureProjection *Wav2Vec2FeatureProjection
	Encoder           *Wav2Vec2Encoder
}

// NewWav2Vec2Model makes a model with weights drawn as Python draws them, but in another order.
func NewWav2Vec2Model(c *Wav2Vec2Config) *Wav2Vec2Model {
	must(c)
	m := &Wav2Vec2Model{
		PreTrainedModel: PreTrainedModel[*Wav2Vec2Config]{Config: c}, FeatureExtractor: newWav2Vec2FeatureEncoder(c),
		FeatureProjection: newWav2Vec2FeatureProjection(c), Encoder: newWav2Vec2Encoder(c),
	}
	if c.MaskTimeProb > 0 || c.MaskFeatureProb > 0 {
		m.MaskedSpecEmbed = nn.NewParameter(torch.Rand(torch.Shape{c.HiddenSize}))
	}
	initWeights(c.Common(), m)
	return m
}

// leaveOut does without the vector for hidden steps where the folder has none.
func (m *Wav2Vec2Model) leaveOut(gone func(part string) bool) bool {
	if m.MaskedSpecEmbed == nil || !gone("masked_spec_embed") {
		return false
	}
	m.MaskedSpecEmbed = nil
	return true
}

// Forward encodes clips.
func (m *Wav2Vec2Model) Forward(in Wav2Vec2Input) (out Wav2Vec2Output) {
	return nn.Call(m, func() Wav2Vec2Output {
		m.check(in)
		var on passing
		defer on.free()
		x := on.way(on.way(m.FeatureExtractor.Forward(in.InputValues)).Transpose(1, 2))
		var keep *torch.Tensor
		if in.AttentionMask != nil {
			keep = on.way(m.keep(in.AttentionMask, x.Size(1)))
		}
		x, out.ExtractFeatures = m.FeatureProjection.Forward(x)
		out.BaseModelOutput = m.Encoder.Forward(on.way(x), keep, in)
		return out
	})
}

// check finds out what no operator would say as well.
func (m *Wav2Vec2Model) check(in Wav2Vec2Input) {
	x, mask := in.InputValues, in.AttentionMask
	if x == nil || x.Dim() != 2 || x.Size(0) == 0 || m.Config.Steps(x.Size(1)) == 0 {
		shape := torch.Shape{}
		if x != nil {
			shape = x.Shape()
		}
		panic(invalid("Wav2Vec2Model", "expected samples [clips, length], enough of them for a step of the convolutions, but got the shape %v", shape))
	}
	if mask == nil {
		return
	}
	if got := mask.Shape(); len(got) != 2 || got[0] != x.Size(0) || got[1] != x.Size(1) {
		panic(invalid("Wav2Vec2Model", "expected an AttentionMask as the samples, %v, but got the shape %v", x.Shape(), got))
	}
	for i, n := range lengths(mask) {
		if n < x.Size(1) && m.Config.FeatExtractNorm == "group" {
			panic(invalid("Wav2Vec2Model", "clips of several lengths (clip %d has %d samples, others %d): with feat_extract_norm \"group\" "+
				"padding changes the result; give the clips one by one, or batches of one length", i, n, x.Size(1)))
		}
		if m.Config.Steps(n) == 0 {
			panic(invalid("Wav2Vec2Model", "clip %d has %d samples, too few for a step of the convolutions", i, n))
		}
	}
}

// lengths are how many samples each row of a mask keeps.
func lengths(mask *torch.Tensor) (ns []int) {
	torch.Step(func() {
		for _, n := range torch.ToSlice[int64](mask.To(torch.Int64).Sum(-1)) {
			ns = append(ns, int(n))
		}
	})
	return ns
}

// keep is true for the steps [N, steps] that come of samples alone.
func (m *Wav2Vec2Model) keep(mask *torch.Tensor, steps int) *torch.Tensor {
	ns := lengths(mask)
	keep := make([]bool, len(ns)*steps)
	for i, n := range ns {
		for step := range min(m.Config.Steps(n), steps) {
			keep[i*steps+step] = true
		}
	}
	t := torch.FromSlice(keep, len(ns), steps)
	return t.To(mask.Device())
}

// Wav2Vec2ForCTC scores letters.
type Wav2Vec2ForCTC struct {
	PreTrainedModel[*Wav2Vec2Config]
	Wav2vec2 *Wav2Vec2Model `nn:"wav2vec2"`
	LMHead   *nn.Linear     `nn:"lm_head"`
}

// NewWav2Vec2ForCTC makes the model with weights drawn as Python draws them, but in another order.
func NewWav2Vec2ForCTC(c *Wav2Vec2Config) *Wav2Vec2ForCTC {
	m := &Wav2Vec2ForCTC{
		PreTrainedModel: PreTrainedModel[*Wav2Vec2Config]{Config: c}, Wav2vec2: NewWav2Vec2Model(c),
		LMHead: nn.NewLinear(c.HiddenSize, c.VocabSize),
	}
	initWeights(c.Common(), m.LMHead)
	return m
}

// Forward gives logits [N, steps, vocab_size], and CTC's loss if there are labels.
func (m *Wav2Vec2ForCTC) Forward(in Wav2Vec2Input) Wav2Vec2Output {
	return nn.Call(m, func() Wav2Vec2Output {
		out := m.Wav2vec2.Forward(in)
		x := dropped(out.LastHiddenState.Clone(), m.Config.FinalDropout, m.Training())
		out.Logits = m.LMHead.Forward(x)
		if in.Labels != nil {
			out.Loss = m.loss(out.Logits, in)
		}
		return out
	})
}

func (m *Wav2Vec2ForCTC) loss(logits *torch.Tensor, in Wav2Vec2Input) *torch.Tensor {
	c := m.Config
	if c.PadTokenID == nil {
		panic(invalid("Wav2Vec2ForCTC", "expected pad_token_id in the settings, which is the blank"))
	}
	samples := make([]int, in.InputValues.Size(0))
	for i := range samples {
		samples[i] = in.InputValues.Size(1)
	}
	if in.AttentionMask != nil {
		samples = lengths(in.AttentionMask)
	}
	steps := make([]int64, len(samples))
	for i, n := range samples {
		steps[i] = int64(c.Steps(n))
	}
	there := in.Labels.Ge(0)
	scores := logits.To(torch.Float32).LogSoftmax(-1).Transpose(0, 1)
	return functional.CTCLoss(scores, in.Labels.MaskedSelect(there), torch.FromSlice(steps), there.Sum(-1),
		nn.Blank(*c.PadTokenID), nn.Reduction(c.CTCLossReduction), nn.ZeroInfinity(c.CTCZeroInfinity))
}

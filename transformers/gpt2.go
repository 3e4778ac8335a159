package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// GPT2Model is the decoder of Radford et al., "Language Models are Unsupervised Multitask Learners", 2019.
type GPT2Model struct {
	PreTrainedModel[*GPT2Config]
	Wte  *nn.Embedding
	Wpe  *nn.Embedding
	Drop *nn.Dropout
	H    []*GPT2Block
	LnF  *nn.LayerNorm `nn:"ln_f"`
}

// NewGPT2Model makes a decoder with weights drawn as Python draws them.
func NewGPT2Model(c *GPT2Config) *GPT2Model {
	must(c)
	m := &GPT2Model{
		Wte: nn.NewEmbedding(c.VocabSize, c.NEmbd), Wpe: nn.NewEmbedding(c.NPositions, c.NEmbd), Drop: nn.NewDropout(c.EmbdPdrop),
	}
	m.Config = c
	for i := range c.NLayer {
		m.H = append(m.H, newGPT2Block(c, i))
	}
	m.LnF = nn.NewLayerNorm(c.NEmbd, nn.Eps(c.LayerNormEpsilon))
	initWeights(c.Common(), m)
	return m
}

// Forward makes a vector of each token that knows those before it [N, L, n_embd]. Without PositionIDs a text begins at its first
// token, also behind padding; Python counts the padding, whereby a text's numbers depend on the others of its batch.
func (m *GPT2Model) Forward(in CausalInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("GPT2Model", m.Config.NPositions)
		x := m.embed(in)
		shape := in.shape()
		mask := CausalMask(in.AttentionMask, shape[1], in.Cache.Len(), x)
		defer mask.free()
		out := BaseModelOutput{}
		for _, block := range m.H {
			y, weights := block.Forward(x, mask, in.Cache, in.OutputAttentions)
			out.pass(x, weights, in.encoder())
			x = y
		}
		out.end(m.LnF.Forward(x), in.encoder())
		x.Free()
		return out
	})
}

// embed is the sum of the vectors of tokens and places.
func (m *GPT2Model) embed(in CausalInput) *torch.Tensor {
	var on passing
	defer on.free()
	x := in.InputsEmbeds
	if x == nil {
		x = on.way(m.Wte.Forward(in.InputIDs))
	}
	places := in.PositionIDs
	if places == nil {
		places = on.way(in.positionsAfterPadding(x.Device()))
	}
	x = x.Add(on.way(m.Wpe.Forward(places)))
	if in.TokenTypeIDs != nil {
		on.way(x)
		x = x.Add(on.way(m.Wte.Forward(in.TokenTypeIDs)))
	}
	return dropout(m.Drop, x)
}

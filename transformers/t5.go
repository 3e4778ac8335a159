package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Seq2SeqInput is a batch for a model with an encoder and a decoder of text.
type Seq2SeqInput struct {
	InputIDs      *torch.Tensor // the encoder's tokens [N, S]
	AttentionMask *torch.Tensor // 1 for a token, 0 for padding [N, S]; nil where there is none
	InputsEmbeds  *torch.Tensor // vectors [N, S, d_model] in place of InputIDs

	// EncoderStates are what the encoder has made of the inputs before [N, S, d_model], in place of InputIDs.
	EncoderStates *torch.Tensor

	// The decoder's tokens [N, L], and their mask, those in the cache included [N, past+L]. Without DecoderInputIDs the labels, or
	// in a classifier the inputs, are taken, moved on by one place.
	DecoderInputIDs      *torch.Tensor
	DecoderAttentionMask *torch.Tensor

	Cache    *T5Cache // the decoder's; nil: nothing is kept
	LastOnly bool     // whether only the logits of each text's last place are wanted

	OutputHiddenStates bool
	OutputAttentions   bool

	Labels                       *torch.Tensor // the tokens to be said [N, L], where -100 counts for nothing; of classifiers the classes
	StartPositions, EndPositions *torch.Tensor // [N]
}

// Seq2SeqOutput is what such a model makes of a batch.
type Seq2SeqOutput struct {
	Loss                   *torch.Tensor // if there were labels
	Logits                 *torch.Tensor // of a head
	LastHiddenState        *torch.Tensor // the decoder's [N, L, d_model], of a model without a head
	EncoderLastHiddenState *torch.Tensor // [N, S, d_model]

	EncoderHiddenStates, DecoderHiddenStates              []*torch.Tensor
	EncoderAttentions, DecoderAttentions, CrossAttentions []*torch.Tensor
}

// T5Cache keeps the keys and values of a decoder: those of its own tokens, and the encoder's, which are computed once. The zero
// value is empty.
type T5Cache struct{ self, cross Cache }

// Len is the number of the decoder's tokens that the cache holds.
func (c *T5Cache) Len() int {
	if c == nil {
		return 0
	}
	return c.self.Len()
}

// Free frees the cache's memory; it is empty then.
func (c *T5Cache) Free() {
	c.self.Free()
	c.cross.Free()
}

// T5Stack is an encoder or a decoder.
type T5Stack struct {
	nn.Base
	EmbedTokens    *nn.Embedding
	Block          []*T5Block
	FinalLayerNorm *RMSNorm
	Dropout        *nn.Dropout

	config  *T5Config
	decoder bool
}

// newT5Stack makes a stack with a table of its own, which the model replaces by the shared one, as Python does.
func newT5Stack(c *T5Config, decoder bool, shared *nn.Embedding) *T5Stack {
	m := &T5Stack{EmbedTokens: shared, config: c, decoder: decoder}
	if !c.loading {
		m.EmbedTokens = nn.NewEmbedding(c.VocabSize, c.DModel)
	}
	layers := c.NumLayers
	if decoder {
		layers = c.decoderLayers()
	}
	for i := range layers {
		m.Block = append(m.Block, newT5Block(c, i, decoder))
	}
	m.FinalLayerNorm, m.Dropout = newT5Norm(c), nn.NewDropout(c.DropoutRate)
	initWeights(c.Common(), m)
	m.EmbedTokens = shared
	return m
}

// t5StackInput is a batch for a stack.
type t5StackInput struct {
	ids, embeds, mask *torch.Tensor
	states            *torch.Tensor // the encoder's, for a decoder
	statesMask        *torch.Tensor
	cache             *T5Cache
	hidden, weights   bool
}

// t5StackOutput is what a stack makes of it.
type t5StackOutput struct {
	BaseModelOutput
	cross []*torch.Tensor
}

// Forward makes vectors of tokens [N, L, d_model].
func (m *T5Stack) Forward(in t5StackInput) t5StackOutput {
	return nn.Call(m, func() t5StackOutput {
		x := m.embed(in)
		past, length := in.cache.Len(), x.Size(1)
		ctx := &t5Context{cache: in.cache, states: in.states, weights: in.weights}
		if m.decoder {
			ctx.mask = CausalMask(in.mask, length, past, x)
			ctx.crossed = BidirectionalMask(in.statesMask, x)
		} else {
			ctx.mask = BidirectionalMask(in.mask, x)
		}
		defer ctx.mask.free()
		defer ctx.crossed.free()
		ctx.bias = m.Block[0].self.SelfAttention.distances(length, past+length, past)
		defer ctx.bias.Free()
		asked := BertInput{OutputHiddenStates: in.hidden}
		var out t5StackOutput
		for _, block := range m.Block {
			y, self, cross := block.Forward(x, ctx)
			out.pass(x, self, asked)
			if cross != nil {
				out.cross = append(out.cross, cross)
			}
			x = y
		}
		out.end(dropout(m.Dropout, m.FinalLayerNorm.Forward(x)), asked)
		x.Free()
		return out
	})
}

// embed is the tokens' vectors. Half precision of float16 is refused: the states of published models are beyond its range.
func (m *T5Stack) embed(in t5StackInput) *torch.Tensor {
	if m.EmbedTokens.Weight.DType() == torch.Float16 {
		panic(invalid("T5Stack", "float16: T5's states are beyond its range; load it as float32 or bfloat16"))
	}
	x := in.embeds
	if x == nil {
		x = m.EmbedTokens.Forward(in.ids)
	} else {
		x = x.Clone()
	}
	return dropout(m.Dropout, x)
}

package transformers

import "multitorch/torch"

// CausalInput is a batch of texts for a decoder, whose tokens see those before them: [GPT2Model], [LlamaModel] and their heads.
type CausalInput struct {
	InputIDs      *torch.Tensor // tokens [N, L]
	AttentionMask *torch.Tensor // 1 for a token, 0 for padding, the cache's tokens included [N, past+L]; nil where there is none
	PositionIDs   *torch.Tensor // [N or 1, L]; nil for the usual
	TokenTypeIDs  *torch.Tensor // GPT-2: tokens whose vectors are added [N, L]; nil for none
	InputsEmbeds  *torch.Tensor // vectors [N, L, hidden_size] in place of InputIDs

	// Cache has the tokens before these, and gets these. nil: there are none, and nothing is kept.
	Cache *Cache
	// LastOnly asks a language model for the logits of each text's last place alone [N, 1, vocab_size].
	LastOnly bool

	OutputHiddenStates bool // whether the states between the layers are wanted
	OutputAttentions   bool // whether attention's weights are wanted, which takes the eager order

	// What a head is to say, for its loss: classes [N]; of tokens [N, L], where -100 counts for nothing; numbers for a regression.
	// A language model's labels are the tokens themselves: each place is to say the next one.
	Labels *torch.Tensor
	// The answer's first and last token [N], for a question answering head's loss.
	StartPositions, EndPositions *torch.Tensor
}

// CausalLMOutput is what a language model makes of a batch.
type CausalLMOutput struct {
	Loss         *torch.Tensor // if there were labels
	Logits       *torch.Tensor // of the next token, at each place [N, L, vocab_size]
	HiddenStates []*torch.Tensor
	Attentions   []*torch.Tensor
}

// encoder is the part of the input that heads look at.
func (in CausalInput) encoder() BertInput {
	return BertInput{
		OutputHiddenStates: in.OutputHiddenStates, OutputAttentions: in.OutputAttentions, Labels: in.Labels,
		StartPositions: in.StartPositions, EndPositions: in.EndPositions,
	}
}

// check finds out whether a batch is one, and whether its texts are too long; longest 0 is no limit.
func (in CausalInput) check(model string, longest int) {
	if (in.InputIDs == nil) == (in.InputsEmbeds == nil) {
		panic(invalid(model, "expected InputIDs or InputsEmbeds, and not both"))
	}
	shape := in.shape()
	if in.InputIDs != nil && len(shape) != 2 || in.InputsEmbeds != nil && len(in.InputsEmbeds.Shape()) != 3 {
		panic(invalid(model, "expected InputIDs [texts, tokens] or InputsEmbeds [texts, tokens, features], but got another shape: %v", shape))
	}
	if shape[0] == 0 || shape[1] == 0 {
		panic(invalid(model, "expected at least one text of at least one token, but got the shape %v", shape))
	}
	past := in.Cache.Len()
	if longest > 0 && past+shape[1] > longest {
		panic(invalid(model, "texts of %d tokens: expected at most %d, the model's positions; cut them", past+shape[1], longest))
	}
	checkPlaces(model, in.PositionIDs, shape)
	if in.AttentionMask == nil {
		return
	}
	if got := in.AttentionMask.Shape(); len(got) != 2 || got[0] != shape[0] || got[1] != past+shape[1] {
		panic(invalid(model, "expected AttentionMask [%d, %d], a number for each token, those in the cache included, but got the shape %v",
			shape[0], past+shape[1], got))
	}
}

// shape is the number of texts and tokens.
func (in CausalInput) shape() torch.Shape {
	if in.InputIDs != nil {
		return in.InputIDs.Shape()
	}
	return in.InputsEmbeds.Shape()[:2]
}

// positions [1, L] are the places of the tokens, behind those in the cache.
func (in CausalInput) positions(device torch.Device) *torch.Tensor {
	past, n := in.Cache.Len(), in.shape()[1]
	flat := torch.Arange(past, past+n, 1, torch.Int64, device)
	defer flat.Free()
	return flat.Unsqueeze(0)
}

// positionsAfterPadding [N, L] are the places counted from each text's first token: padding before it takes none.
func (in CausalInput) positionsAfterPadding(device torch.Device) *torch.Tensor {
	plain := in.positions(device)
	if in.AttentionMask == nil {
		return plain
	}
	var on passing
	defer on.free()
	on.way(plain)
	seen := on.way(on.way(in.AttentionMask.Ne(0)).To(torch.Int64, device))
	before := on.way(on.way(on.way(seen.Cumsum(1)).Eq(0)).Sum(1))
	return on.way(plain.Sub(on.way(before.Unsqueeze(1)))).Clamp(0, nil)
}

// causalLoss is the mean cross entropy of each place's logits [N, L, vocab_size] and the next token.
func causalLoss(logits, labels *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	n := labels.Size(1)
	if got := logits.Size(1); got != n {
		panic(invalid("loss", "expected logits at all of the labels' %d places, but got %d; a loss needs LastOnly false", n, got))
	}
	none := on.way(torch.Full(torch.Shape{labels.Size(0), 1}, -100, torch.Int64, labels.Device()))
	next := on.way(torch.Cat([]*torch.Tensor{on.way(labels.Narrow(1, 1, n-1)), none}, 1))
	flat := on.way(logits.View(-1, logits.Size(-1)))
	flat = on.way(flat.Float())
	return crossEntropy(flat, on.way(next.View(-1)))
}

// lastToken picks of each text what stands at its last token that is no padding, [N, classes] of [N, L, classes].
func lastToken(model string, x *torch.Tensor, in CausalInput, pad *int) *torch.Tensor {
	var on passing
	defer on.free()
	texts, length := x.Size(0), x.Size(1)
	if pad == nil && texts != 1 {
		panic(invalid(model, "a batch of %d texts needs pad_token_id in the settings, to know where each ends", texts))
	}
	if pad == nil || in.InputIDs == nil {
		return on.way(x.Select(1, length-1)).Clone()
	}
	kept := on.way(on.way(in.InputIDs.Ne(*pad)).To(torch.Int32))
	places := on.way(torch.Arange(0, length, 1, torch.Int32, x.Device()))
	last := on.way(on.way(places.Mul(kept)).Argmax(-1))
	return x.Index(on.way(torch.Arange(0, texts, 1, torch.Int64, x.Device())), last)
}

package transformers

import (
	"multitorch/torch"
	"multitorch/transformers/generation"
)

// causalDecoder reads ids with a language model that has no encoder, for package generation.
type causalDecoder struct {
	next  func(in CausalInput) CausalLMOutput
	cache Cache
	mask  *torch.Tensor // [rows, length]: the prompt's, and ones; nil without padding
}

func newCausalDecoder(s generation.Start, next func(in CausalInput) CausalLMOutput) *causalDecoder {
	return &causalDecoder{next: next, mask: fullMask(s)}
}

// fullMask [rows, length] is the prompt's mask, and ones for what follows; nil without padding.
func fullMask(s generation.Start) *torch.Tensor {
	if s.Mask == nil {
		return nil
	}
	mask := torch.Ones(torch.Shape{s.Rows, s.Length}, torch.Int64, s.Mask.Device())
	prompt := mask.Narrow(1, 0, s.Mask.Size(1))
	defer prompt.Free()
	prompt.CopyInplace(s.Mask)
	return mask
}

// Step reads ids [rows, n], and returns logits [rows, vocab].
func (d *causalDecoder) Step(ids *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	in := CausalInput{InputIDs: ids, Cache: &d.cache, LastOnly: true}
	if d.mask != nil {
		past, n := d.cache.Len(), ids.Size(1)
		in.AttentionMask = on.way(d.mask.Narrow(1, 0, past+n))
		places := on.way(on.way(in.AttentionMask.Cumsum(1)).Sub(1))
		places = on.way(places.MaskedFill(on.way(in.AttentionMask.Eq(0)), 0))
		in.PositionIDs = on.way(places.Narrow(1, past, n))
	}
	return on.way(d.next(in).Logits).Select(1, 0)
}

// Reorder makes row i go on from what row from[i] has read.
func (d *causalDecoder) Reorder(from []int) { d.cache.reorder(from) }

// reorder is Reorder of numbers that Go has; where nothing changes place, nothing is copied.
func (c *Cache) reorder(from []int) {
	rows := make([]int64, len(from))
	same := true
	for i, r := range from {
		rows[i] = int64(r)
		same = same && i == r
	}
	if same || c.Len() == 0 {
		return
	}
	at := torch.FromSlice(rows, len(rows)).To(c.layers[0].keys.Device())
	defer at.Free()
	c.Reorder(at)
}

// Close frees the cache.
func (d *causalDecoder) Close() {
	d.cache.Free()
	if d.mask != nil {
		d.mask.Free()
	}
}

// ownID and ownIDs are a model's ids as package generation has them.
func ownID(id *int) *int64 {
	if id == nil {
		return nil
	}
	return new(int64(*id))
}

func ownIDs(ids TokenIDs) (own []int64) {
	for _, id := range ids {
		own = append(own, int64(id))
	}
	return own
}

// Traits says what package generation has to know.
func (m *GPT2LMHeadModel) Traits() generation.Traits {
	c := m.Config
	return generation.Traits{
		Vocab: c.VocabSize, Positions: c.NPositions, Device: m.LMHead.Weight.Device(),
		BOS: ownID(c.BosTokenID), Pad: ownID(c.PadTokenID), EOS: ownIDs(c.EosTokenID),
	}
}

// Decoder begins to decode.
func (m *GPT2LMHeadModel) Decoder(s generation.Start) generation.Decoder {
	return newCausalDecoder(s, m.Forward)
}

// Generate goes on with prompts, ids of any lengths, as Python's generate.
func (m *GPT2LMHeadModel) Generate(prompts [][]int64, c generation.Config) (*generation.Result, error) {
	return generation.Generate(m, prompts, c)
}

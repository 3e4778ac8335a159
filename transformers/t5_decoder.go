package transformers

import (
	"multitorch/torch"
	"multitorch/transformers/generation"
)

// T5Reading is a [T5ForConditionalGeneration] that has read a batch of texts: what package generation goes on from.
type T5Reading struct {
	model  *T5ForConditionalGeneration
	states *torch.Tensor // [N, S, d_model]
	mask   *torch.Tensor
	ids    [][]int64
}

// Read encodes a batch of texts. Close frees what it made of them.
func (m *T5ForConditionalGeneration) Read(in Seq2SeqInput) *T5Reading {
	in.check()
	r := &T5Reading{model: m}
	if in.InputIDs != nil {
		r.ids = idRows(in.InputIDs)
	}
	torch.NoGrad(func() {
		r.states = in.EncoderStates
		if r.states == nil {
			r.states = m.Encoder.Forward(t5StackInput{ids: in.InputIDs, embeds: in.InputsEmbeds, mask: in.AttentionMask}).LastHiddenState
		} else {
			r.states = r.states.Clone()
		}
		r.states.Keep()
		if in.AttentionMask != nil {
			r.mask = in.AttentionMask.Clone().Keep()
		}
	})
	return r
}

// idRows are the rows of ids [N, S].
func idRows(ids *torch.Tensor) [][]int64 {
	flat, n := torch.ToSlice[int64](ids.To(torch.Int64)), ids.Size(1)
	var rows [][]int64
	for ; len(flat) > 0; flat = flat[n:] {
		rows = append(rows, flat[:n:n])
	}
	return rows
}

// Close frees the encoder's states.
func (r *T5Reading) Close() {
	r.states.Free()
	if r.mask != nil {
		r.mask.Free()
	}
}

// Traits says what package generation has to know.
func (r *T5Reading) Traits() generation.Traits {
	c := r.model.Config
	return generation.Traits{
		Vocab: c.VocabSize, Device: r.states.Device(), EncoderDecoder: true, Rows: r.states.Size(0), EncoderIDs: r.ids,
		Pad: ownID(c.PadTokenID), EOS: ownIDs(c.EosTokenID), DecoderStart: ownID(c.DecoderStartTokenID),
	}
}

// Decoder begins to decode.
func (r *T5Reading) Decoder(s generation.Start) generation.Decoder {
	d := &t5Decoder{reading: r, states: r.states, mask: r.mask, prompt: fullMask(s)}
	if copies := s.Rows / r.states.Size(0); copies > 1 && r.model.Config.Eager { // else the copies share keys and values
		d.states, d.own = r.states.RepeatInterleave(copies, 0).Keep(), true
		if r.mask != nil {
			d.mask = r.mask.RepeatInterleave(copies, 0).Keep()
		}
	}
	return d
}

// Generate answers a batch of texts, as Python's generate.
func (m *T5ForConditionalGeneration) Generate(in Seq2SeqInput, c generation.Config) (result *generation.Result, err error) {
	err = torch.Try(func() error {
		r := m.Read(in)
		defer r.Close()
		var prompts [][]int64
		if in.DecoderInputIDs != nil {
			prompts = idRows(in.DecoderInputIDs)
		}
		result, err = generation.Generate(r, prompts, c)
		return err
	})
	return result, err
}

type t5Decoder struct {
	reading      *T5Reading
	states, mask *torch.Tensor
	own          bool          // whether states and mask are the decoder's
	prompt       *torch.Tensor // the mask of what is decoded [rows, length]; nil without padding
	cache        T5Cache
}

// Step reads ids [rows, n], and returns logits [rows, vocab].
func (d *t5Decoder) Step(ids *torch.Tensor) *torch.Tensor {
	in := Seq2SeqInput{EncoderStates: d.states, AttentionMask: d.mask, DecoderInputIDs: ids, Cache: &d.cache, LastOnly: true}
	if d.prompt != nil {
		in.DecoderAttentionMask = d.prompt.Narrow(1, 0, d.cache.Len()+ids.Size(1))
		defer in.DecoderAttentionMask.Free()
	}
	logits := d.reading.model.Forward(in).Logits
	defer logits.Free()
	return logits.Select(1, 0)
}

// Reorder makes row i go on from what row from[i] has read. Rows of one text share what the encoder made of it.
func (d *t5Decoder) Reorder(from []int) { d.cache.self.reorder(from) }

// Close frees the cache.
func (d *t5Decoder) Close() {
	d.cache.Free()
	if d.prompt != nil {
		d.prompt.Free()
	}
	if d.own {
		d.states.Free()
		if d.mask != nil {
			d.mask.Free()
		}
	}
}

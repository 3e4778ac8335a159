package transformers

import (
	"slices"

	"multitorch/torch"
	"multitorch/transformers/generation"
)

// WhisperHearing is what a model has heard in clips. It is a [generation.Model], which writes texts of them, again and again
// without hearing anew: greedily, by a search, or drawn at several temperatures.
type WhisperHearing struct {
	// NoSpeechToken is the token whose probability, right after the token that begins a text, is kept in NoSpeech: that nobody
	// speaks. -1 for none.
	NoSpeechToken int64
	NoSpeech      []float64 // of each row of the last decoder

	model *WhisperForConditionalGeneration
	heard []heard
	rows  int
}

// Hear encodes clips, log-mels [N, num_mel_bins, frames]. The caller frees the result.
func (m *WhisperForConditionalGeneration) Hear(features *torch.Tensor) *WhisperHearing {
	h := &WhisperHearing{NoSpeechToken: -1, model: m, rows: features.Size(0)}
	torch.InferenceMode(func() {
		torch.Step(func() {
			states := m.Model.Encoder.Forward(WhisperInput{InputFeatures: features}).LastHiddenState
			for _, layer := range m.Model.Decoder.Layers {
				keys, values := layer.EncoderAttn.keyValues(states)
				h.heard = append(h.heard, heard{keys.Keep(), values.Keep()})
			}
		})
	})
	return h
}

// Free frees what was heard.
func (h *WhisperHearing) Free() {
	for _, l := range h.heard {
		l.keys.Free()
		l.values.Free()
	}
	h.heard = nil
}

// Traits is what generation has to know.
func (h *WhisperHearing) Traits() generation.Traits {
	c := h.model.Config
	return generation.Traits{
		Vocab: c.VocabSize, Positions: c.MaxTargetPositions, Device: h.model.ProjOut.Weight.Device(),
		EncoderDecoder: true, Rows: h.rows, FreeStart: true,
	}
}

// Decoder begins texts, for each clip as many as there are rows for it.
func (h *WhisperHearing) Decoder(s generation.Start) generation.Decoder {
	d := &whisperDecoder{hearing: h, rows: s.Rows, mask: s.Mask}
	for _, l := range h.heard {
		d.cache.heard = append(d.cache.heard, heard{d.spread(l.keys), d.spread(l.values)})
	}
	return d
}

// whisperDecoder reads ids for package generation.
type whisperDecoder struct {
	hearing *WhisperHearing
	cache   WhisperCache
	rows    int
	mask    *torch.Tensor
}

// spread is what was heard for each row: views of one clip's, for its beams hear the same.
func (d *whisperDecoder) spread(t *torch.Tensor) *torch.Tensor {
	n := d.hearing.rows
	if n == 1 || n == d.rows {
		return t.Detach().Keep()
	}
	return t.RepeatInterleave(d.rows/n, 0).Keep()
}

// Step implements [generation.Decoder].
func (d *whisperDecoder) Step(ids *torch.Tensor) *torch.Tensor {
	m := d.hearing.model
	first := d.cache.Self.Len() == 0
	states := m.Model.Decoder.Forward(WhisperInput{DecoderInputIDs: ids, Cache: &d.cache, DecoderAttentionMask: d.keep(ids)}).LastHiddenState
	defer states.Free()
	n := ids.Size(1)
	if first && d.hearing.NoSpeechToken >= 0 {
		d.listen(ids, states)
	}
	last := states.Select(1, n-1)
	defer last.Free()
	return m.ProjOut.Forward(last)
}

// keep is the mask of all ids so far, the prompt's and those behind it.
func (d *whisperDecoder) keep(ids *torch.Tensor) *torch.Tensor {
	if d.mask == nil {
		return nil
	}
	more := d.cache.Self.Len() + ids.Size(1) - d.mask.Size(1)
	if more == 0 {
		return d.mask
	}
	ones := torch.Ones(torch.Shape{d.rows, more}, d.mask.DType(), d.mask.Device())
	return torch.Cat([]*torch.Tensor{d.mask, ones}, 1)
}

// listen notes how likely it is that nobody speaks, which is scored behind the token that begins a text. Its logits and those
// behind the last id are two products: one of both would take longer, for of single rows the table of words is only read.
func (d *whisperDecoder) listen(ids, states *torch.Tensor) {
	h := d.hearing
	start := int64(h.model.Config.DecoderStartTokenID)
	h.NoSpeech = make([]float64, d.rows)
	torch.Step(func() {
		at := slices.Index(torch.ToSlice[int64](ids.Select(0, 0).Contiguous()), start)
		if at < 0 { // a prompt of another kind
			return
		}
		silent := h.model.ProjOut.Forward(states.Select(1, at)).Softmax(-1).Select(1, int(h.NoSpeechToken))
		for row, p := range torch.ToSlice[float32](silent.Float().Contiguous()) {
			h.NoSpeech[row] = float64(p)
		}
	})
}

// Reorder implements [generation.Decoder].
func (d *whisperDecoder) Reorder(from []int) {
	rows := make([]int64, len(from))
	same := true
	for i, f := range from {
		rows[i] = int64(f)
		same = same && i == f
	}
	if same {
		return
	}
	at := torch.FromSlice(rows, len(rows)).To(d.hearing.Traits().Device)
	defer at.Free()
	d.cache.Self.Reorder(at)
}

// Close implements [generation.Decoder].
func (d *whisperDecoder) Close() { d.cache.Free() }

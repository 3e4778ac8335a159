package speech

import (
	"bytes"
	"compress/zlib"
	"slices"
	"strings"

	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/generation"
)

// written is a text that a window was given.
type written struct {
	ids              []int64 // times included, the end not
	text             string
	temperature      float64
	avgLogProb       float64
	compressionRatio float64
	noSpeech         float64
}

// write is the text of a window, tried at one temperature after the other while it is bad: repetitive or unlikely. A window in
// which probably nobody speaks is not tried again.
func (w *Whisper) write(features *torch.Tensor, o Options, before []int64, random *torch.Generator) (t written, err error) {
	hearing := w.model.Hear(features.To(w.model.ProjOut.Weight.DType(), w.model.ProjOut.Weight.Device()))
	defer hearing.Free()
	hearing.NoSpeechToken = w.tokens.noSpeech
	prompt, err := w.tokens.prompt(o, before, w.model.Config.MaxTargetPositions)
	if err != nil {
		return t, err
	}
	for _, temperature := range o.Temperatures {
		if t, err = w.writeAt(hearing, prompt, temperature, o, random); err != nil || !t.bad(o) {
			break
		}
	}
	return t, err
}

// bad reports whether a text should be tried again.
func (t written) bad(o Options) bool {
	if t.noSpeech > o.NoSpeech && t.avgLogProb < o.LogProb {
		return false // of silence
	}
	return t.compressionRatio > o.CompressionRatio || t.avgLogProb < o.LogProb
}

// writeAt is the text at one temperature.
func (w *Whisper) writeAt(h *transformers.WhisperHearing, prompt []int64, temperature float64, o Options,
	random *torch.Generator,
) (t written, err error) {
	c := generation.Default()
	c.EOSTokenID, c.PadTokenID = generation.IDs{w.tokens.end}, &w.tokens.end
	c.SuppressTokens, c.BeginSuppressTokens = w.tokens.suppress, w.tokens.suppressBegin
	positions := w.model.Config.MaxTargetPositions
	c.MaxNewTokens = min(or(o.MaxTokens, positions), positions-len(prompt))
	if o.Timestamps {
		c.Processors = append(c.Processors, timestampRules{
			prompt: len(prompt), end: w.tokens.end, noTimestamps: w.tokens.noTimestamps, latest: w.tokens.latest,
		})
	}
	sums := &likelihood{end: w.tokens.end}
	switch {
	case temperature > 0:
		c.DoSample, c.Temperature, c.TopK, c.NumReturnSequences, c.Generator = true, temperature, 0, o.BestOf, random
		c.Processors = append(c.Processors, sums)
	case o.Beams > 1:
		c.NumBeams = o.Beams
	default:
		c.Processors = append(c.Processors, sums)
	}
	result, err := generation.Generate(h, [][]int64{prompt}, c)
	if err != nil {
		return t, err
	}
	best, score := 0, 0.
	if c.NumBeams > 1 {
		score = float64(result.SequenceScores[0])
	} else {
		torch.InferenceMode(func() { sums.count(result.Sequences) })
		for i, sum := range sums.sums {
			if each := sum / float64(len(w.spoken(result.New[i]))+1); i == 0 || each > score {
				best, score = i, each
			}
		}
	}
	t = written{ids: w.spoken(result.New[best]), temperature: temperature, avgLogProb: score}
	if len(h.NoSpeech) > best { // a tokenizer may have no token for it
		t.noSpeech = h.NoSpeech[best]
	}
	t.text = w.tokens.text(t.ids)
	t.compressionRatio = compressionRatio(strings.TrimSpace(t.text))
	return t, nil
}

// spoken is ids without the one that ended them.
func (w *Whisper) spoken(ids []int64) []int64 {
	if i := slices.Index(ids, w.tokens.end); i >= 0 {
		return ids[:i]
	}
	return ids
}

// lastBlock is what Go's zlib writes behind the last text and C's does not, in bytes: a block of nothing, which ends the others.
const lastBlock = 4

// compressionRatio is how much shorter zlib makes a text: much, of one that repeats itself.
func compressionRatio(text string) float64 {
	if text == "" {
		return 0
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(text)) // into memory
	_ = z.Close()
	return float64(len(text)) / float64(b.Len()-lastBlock)
}

package speech

import (
	"context"
	"fmt"
	"slices"

	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/processors"
)

// Wav2Vec2 is a model with CTC of a folder, with its letters. Any goroutine may use it.
type Wav2Vec2 struct {
	model     *transformers.Wav2Vec2ForCTC
	extractor *processors.FeatureExtractor
	letters   letters
}

// LoadWav2Vec2 reads a folder of Wav2Vec2 with CTC: config.json, weights, preprocessor_config.json, vocab.json, and
// tokenizer_config.json if there is one.
func LoadWav2Vec2(dir string, o ...transformers.Load) (*Wav2Vec2, error) {
	extractor, err := processors.FeatureExtractorFromPretrained(dir)
	if err != nil {
		return nil, err
	}
	if kind := extractor.Config().Type; kind != "Wav2Vec2FeatureExtractor" {
		return nil, fmt.Errorf("%s: preprocessor_config.json: expected a Wav2Vec2FeatureExtractor, found a %s", dir, kind)
	}
	model, err := transformers.FromPretrained[*transformers.Wav2Vec2ForCTC](dir, o...)
	if err != nil {
		return nil, err
	}
	known, err := readLetters(dir, model.Config.VocabSize, model.Config.PadTokenID)
	if err != nil {
		return nil, err
	}
	return &Wav2Vec2{model: model, extractor: extractor, letters: known}, nil
}

// Rate is how many samples per second recordings have to have.
func (w *Wav2Vec2) Rate() int { return w.extractor.Config().SamplingRate }

// Windows of a long recording: attention grows with their square. What lies near a cut is taken from the window that has more
// around it.
const (
	windowSeconds = 30
	marginSeconds = 4
)

// Transcribe writes what is said in samples [length] from -1 to 1, of one channel at Rate, a segment for each word. progress is
// told how many seconds are done.
func (w *Wav2Vec2) Transcribe(ctx context.Context, samples *torch.Tensor, progress ...func(seconds float64)) (*Transcript, error) {
	source, err := waveform(samples)
	if err != nil {
		return nil, err
	}
	return w.TranscribeSource(ctx, source, progress...)
}

// TranscribeSource is [Wav2Vec2.Transcribe] of a recording that is read piece by piece: a file of any length, by
// multimodal/audio's Stream, in memory that does not grow with it.
func (w *Wav2Vec2) TranscribeSource(ctx context.Context, source processors.Source, progress ...func(seconds float64)) (*Transcript, error) {
	source, err := checked(source, w.Rate())
	if err != nil {
		return nil, err
	}
	if n := source.Len(); w.model.Config.Steps(n) == 0 {
		return nil, fmt.Errorf("speech: expected samples enough for a step of the model, at least %d, but got %d", w.shortest(), n)
	}
	t := &Transcript{Duration: float64(source.Len()) / float64(w.Rate())}
	var ids []int64
	err = torch.Try(func() (err error) {
		torch.InferenceMode(func() { ids, err = w.path(ctx, source, progress) })
		return err
	})
	if err != nil {
		return nil, err
	}
	t.Segments, t.Text = w.words(ids), w.Text(ids)
	return t, nil
}

// Text is what the likeliest ids of each step say: ids that repeat are one, and blanks none, as Transformers' tokenizer decodes
// them. Special tokens such as <s>, which it writes out, are left out.
func (w *Wav2Vec2) Text(path []int64) string { return w.letters.text(path) }

// stride is how many samples a step goes on.
func (w *Wav2Vec2) stride() int {
	n := 1
	for _, s := range w.model.Config.ConvStride {
		n *= s
	}
	return n
}

// shortest is how many samples make one step.
func (w *Wav2Vec2) shortest() int {
	n := 1
	for i, kernel := range slices.Backward(w.model.Config.ConvKernel) {
		n = (n-1)*w.model.Config.ConvStride[i] + kernel
	}
	return n
}

// path is the likeliest letter of each step of a recording.
func (w *Wav2Vec2) path(ctx context.Context, source processors.Source, progress []func(float64)) (ids []int64, err error) {
	stride := w.stride()
	steps := func(seconds int) int { return max(1, seconds*w.Rate()/stride) }
	window, margin := steps(windowSeconds), steps(marginSeconds)
	total := source.Len()
	for at := 0; ; at += window - 2*margin { // in steps
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		from := at * stride
		to := min(from+window*stride, total)
		if to-from < 2*margin*stride && at == 0 || total-to < margin*stride {
			to = total
		}
		var best []int64
		torch.Step(func() {
			var samples *torch.Tensor
			if samples, err = source.Samples(from, to-from); err != nil {
				return
			}
			sounds := w.extractor.Process(samples)
			logits := w.model.Forward(transformers.Wav2Vec2Input{InputValues: sounds.Values}).Logits
			best = torch.ToSlice[int64](logits.Argmax(-1).Contiguous().View(-1))
		})
		if err != nil {
			return nil, err
		}
		skip := max(len(ids)-at, 0) // what the window before has said
		keep := len(best)
		if to < total {
			keep = min(keep, window-margin)
		}
		ids = append(ids, best[min(skip, keep):keep]...)
		for _, p := range progress {
			p(float64(to) / float64(w.Rate()))
		}
		if to == total {
			return ids, nil
		}
	}
}

// words are the words of a path, with their times.
func (w *Wav2Vec2) words(path []int64) (words []Segment) {
	seconds := float64(w.stride()) / float64(w.Rate())
	word := Segment{}
	flush := func() {
		if word.Text != "" {
			word.ID = len(words)
			words = append(words, word)
		}
		word = Segment{}
	}
	for step, id := range w.letters.written(path) {
		if w.letters.of[id] == w.letters.between {
			flush()
			continue
		}
		if word.Text == "" {
			word.Start = float64(step) * seconds
		}
		word.Text, word.Tokens, word.End = word.Text+w.letters.letter(id), append(word.Tokens, id), float64(step+1)*seconds
	}
	flush()
	return words
}

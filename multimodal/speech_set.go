package multimodal

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"multitorch/multimodal/ctc"
	"multitorch/nn"
	"multitorch/torch"
)

// Utterance is a recording with what is said in it.
type Utterance struct {
	Name    string    // what errors call it: a file, a row
	Text    string    // of the alphabet's characters only
	Samples []float32 // one channel, from -1 to 1
	Rate    int       // samples a second: SpeechRate
}

// SpeechBatch is N utterances as a [Speech] model and CTC take them.
type SpeechBatch struct {
	Features      *torch.Tensor // float32 [N, T, SpeechBins], zeros behind each length
	Lengths       *torch.Tensor // int64 [N], on the CPU: frames of each
	Targets       *torch.Tensor // int64 [sum]: the labels of all texts, one after the other
	TargetLengths *torch.Tensor // int64 [N], on the CPU
	Texts, Names  []string      // N each
	Least         float64       // the share of their length that all texts still fit into, for SpeechAugment
}

// Samples is N.
func (b SpeechBatch) Samples() int { return len(b.Texts) }

// To moves a batch to a device. Lengths stay on the CPU, where packing wants them.
func (b SpeechBatch) To(d torch.Device) SpeechBatch {
	b.Features, b.Targets = b.Features.To(d), b.Targets.To(d)
	return b
}

// SpeechSet is utterances with their features, which are computed once: a data set whose batches are made whole. A minute
// of speech takes 2 MB.
type SpeechSet struct {
	utterances []Utterance // without samples
	features   []*torch.Tensor
	labels     [][]int64
}

// NewSpeechSet computes the features of utterances. Errors name the utterance: a wrong rate, a clip that is too short for a
// window or for its text, samples that are no finite numbers, a character that the alphabet lacks, an empty text.
func NewSpeechSet(utterances []Utterance, alphabet *ctc.Alphabet) (*SpeechSet, error) {
	s := &SpeechSet{}
	for i, u := range utterances {
		err := torch.Try(func() error { return s.add(u, alphabet) })
		if err != nil {
			return nil, fmt.Errorf("utterance %d, %q: %w", i, u.Name, err)
		}
	}
	return s, nil
}

func (s *SpeechSet) add(u Utterance, alphabet *ctc.Alphabet) error {
	if err := u.check(); err != nil {
		return err
	}
	labels, err := alphabet.Encode(u.Text)
	if err != nil {
		return err
	}
	if len(labels) == 0 {
		return errors.New("its text is empty: expected a transcript")
	}
	samples := torch.FromSlice(u.Samples)
	defer samples.Free()
	features := SpeechFeatures(samples)
	if have, want := SpeechSteps(features.Size(0)), ctc.LeastSteps(labels); have < want {
		return fmt.Errorf("its %d samples make %d steps, but its text of %d characters needs %d: the recording is cut short, or the text is another's",
			len(u.Samples), have, len(labels), want)
	}
	u.Samples = nil
	s.utterances = append(s.utterances, u)
	s.features = append(s.features, features.Keep())
	s.labels = append(s.labels, labels)
	return nil
}

// check refuses recordings that have no features.
func (u Utterance) check() error {
	switch {
	case u.Rate != SpeechRate:
		return fmt.Errorf("expected a rate of %d Hz, but got %d: resample it first", SpeechRate, u.Rate)
	case len(u.Samples) < MinSpeechSamples:
		return fmt.Errorf("it has %d samples: expected at least %d", len(u.Samples), MinSpeechSamples)
	}
	i := slices.IndexFunc(u.Samples, func(x float32) bool { return math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) })
	if i >= 0 {
		return fmt.Errorf("sample %d is %v", i, u.Samples[i])
	}
	return nil
}

// Len is the number of utterances.
func (s *SpeechSet) Len() int { return len(s.utterances) }

// Frames are the lengths of all features, by which a [BucketSampler] puts batches together.
func (s *SpeechSet) Frames() []int {
	frames := make([]int, s.Len())
	for i, f := range s.features {
		frames[i] = f.Size(0)
	}
	return frames
}

// GetBatch is the utterances at indices.
func (s *SpeechSet) GetBatch(_ context.Context, indices []int) (b SpeechBatch, err error) {
	err = torch.Try(func() error {
		var features []*torch.Tensor
		var targets, lengths, targetLengths []int64
		for _, i := range indices {
			f, labels := s.features[i], s.labels[i]
			features = append(features, f)
			targets = append(targets, labels...)
			lengths = append(lengths, int64(f.Size(0)))
			targetLengths = append(targetLengths, int64(len(labels)))
			b.Texts = append(b.Texts, s.utterances[i].Text)
			b.Names = append(b.Names, s.utterances[i].Name)
			b.Least = max(b.Least, float64(speechStride*ctc.LeastSteps(labels)+1)/float64(f.Size(0)))
		}
		b.Features = nn.PadSequence(features, nn.BatchFirst(true))
		b.Lengths, b.Targets, b.TargetLengths = torch.FromSlice(lengths), torch.FromSlice(targets), torch.FromSlice(targetLengths)
		return nil
	})
	b.Least = min(b.Least, 1)
	return b, err
}

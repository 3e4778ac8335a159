package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

// description is what a checkpoint says of itself.
type description struct {
	Model      multimodal.Kind     `json:"model"`
	Classes    []string            `json:"classes"`
	Vocabulary *emoji10.Vocabulary `json:"vocabulary"`
	Text       string              `json:"text"`
	Strict     bool                `json:"strict"`
	SplitSeed  int64               `json:"split_seed"`
	Seed       int64               `json:"seed"`
	Epoch      int                 `json:"epoch"`
	Step       int                 `json:"step"`
	Accuracy   float64             `json:"test_accuracy,omitempty"` // known at the end of an epoch
	LibTorch   string              `json:"libtorch"`
}

// maxWords bounds the memory that a description can ask for. Emoji-10 has some
// two thousand words.
const maxWords = 100_000

// check refuses what no run writes, before a model is made of it.
func (d *description) check() error {
	switch {
	case !slices.Contains(multimodal.Kinds(), d.Model):
		return fmt.Errorf("its description names the model %q: expected one of %v", d.Model, multimodal.Kinds())
	case !slices.Equal(d.Classes, emoji10.Classes()):
		return fmt.Errorf("its description names %d classes %.80q: expected the %d of Emoji-10, %q",
			len(d.Classes), d.Classes[:min(3, len(d.Classes))], len(emoji10.Classes()), emoji10.Classes())
	case d.Vocabulary == nil:
		return errors.New("its description has no vocabulary")
	case d.Vocabulary.Len() > maxWords:
		return fmt.Errorf("its description has a vocabulary of %d words: expected at most %d", d.Vocabulary.Len(), maxWords)
	case !slices.Contains(textNames, d.Text):
		return fmt.Errorf("its description names the text %q: expected one of %q", d.Text, textNames)
	}
	return nil
}

// sameTest reports whether two models can be measured together: on the same
// test split, with the same word numbers.
func (d *description) sameTest(other *description) bool {
	return d.Text == other.Text && d.Strict == other.Strict && d.SplitSeed == other.SplitSeed &&
		slices.Equal(d.Vocabulary.Tokens(), other.Vocabulary.Tokens())
}

// loadClassifier makes the model that a checkpoint describes, with its weights.
func loadClassifier(path string, device torch.Device) (multimodal.Classifier, *description, error) {
	about := new(description)
	state, err := trainer.LoadCheckpoint(path, about)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("checkpoint %s: there is no such file; multitorch train makes one", path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w; multitorch train makes a new one", err)
	}
	defer func() {
		for _, s := range state {
			s.Tensor.Free()
		}
	}()
	if err := about.check(); err != nil {
		return nil, nil, fmt.Errorf("checkpoint %s: %w; multitorch train makes a new one", path, err)
	}
	model, err := multimodal.NewClassifier(about.Model, about.Vocabulary.Len(), len(about.Classes))
	if err == nil {
		err = nn.LoadStateDict(model, state)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("checkpoint %s: %w; multitorch train makes a new one", path, err)
	}
	nn.To(model, device)
	nn.Eval(model)
	return model, about, nil
}

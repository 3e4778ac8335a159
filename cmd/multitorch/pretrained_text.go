package main

import (
	"fmt"
	"path/filepath"

	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/transformers"
	"multitorch/transformers/pretrained"
)

// pretrainedText are the flags of a task whose texts a pretrained encoder may read.
type pretrainedText struct {
	TextEncoder   string `default:"gru" placeholder:"gru|NAME|DIR" help:"What reads texts: gru, or a pretrained encoder, by its name (multitorch models list) or its folder." json:"text_encoder,omitempty"`
	TrainedLayers int    `default:"0" help:"Last layers of a pretrained encoder that are trained further: 0 for none, -1 for all of it." json:"trained_layers,omitempty"`
}

// used reports whether there is a pretrained encoder.
func (p *pretrainedText) used() bool { return p.TextEncoder != "" && p.TextEncoder != "gru" }

// same reports whether both read texts alike. Checkpoints from before there was a choice have no name.
func (p pretrainedText) same(o pretrainedText) bool {
	return p == o || !p.used() && !o.used()
}

// variant is what the table of results calls the data with it.
func (p *pretrainedText) variant() string {
	if !p.used() {
		return ""
	}
	name := ", " + filepath.Base(p.TextEncoder)
	switch {
	case p.TrainedLayers < 0:
		name += " fine-tuned"
	case p.TrainedLayers > 0:
		name += fmt.Sprintf(" with %d layers fine-tuned", p.TrainedLayers)
	}
	return name
}

func (p *pretrainedText) dir() (string, error) {
	dir, err := pretrained.Find(p.TextEncoder)
	if err != nil {
		return "", fmt.Errorf("--text-encoder: %w", err)
	}
	return dir, nil
}

// tokens are the encoder's own of texts; nil without one.
func (p *pretrainedText) tokens(texts []string) ([][]int64, error) {
	if !p.used() {
		return nil, nil
	}
	dir, err := p.dir()
	if err != nil {
		return nil, err
	}
	m, err := transformers.LoadSentenceTransformer(dir)
	if err != nil {
		return nil, err
	}
	return m.Tokens(texts)
}

func (p *pretrainedText) classifier(kind multimodal.Kind, classes int) (nn.Module, error) {
	dir, err := p.dir()
	if err != nil {
		return nil, err
	}
	if kind == multimodal.KindImage {
		return multimodal.NewImage(classes), nil
	}
	return multimodal.NewPretrainedClassifier(kind, dir, p.TrainedLayers, classes)
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"multitorch/internal/regular"
	"multitorch/nn"
	"multitorch/serve"
	"multitorch/torch"
	"multitorch/transformers"
)

// pretrained loads a model's folder: by its type one that hears, a classifier of texts, or an encoder of them.
func (l *serving) pretrained(ctx context.Context) (*serve.App, error) {
	kind, err := modelType(l.path)
	if err != nil {
		return nil, err
	}
	l.app = serve.NewApp(serve.About{
		Title: filepath.Base(l.path), Task: "pretrained", Model: filepath.Base(l.path),
		Details: map[string]any{"model": kind, "libtorch": torch.Version()},
	})
	if open := recognisers[kind]; open != nil {
		if l.Index != "" {
			return nil, l.searchesNothing()
		}
		return l.app, l.pretrainedSpeech(l.path, l.device, open)
	}
	classifies, err := isClassifier(l.path)
	if err != nil {
		return nil, err
	}
	s := &sentences{deviceFlag: l.deviceFlag, Model: l.path}
	if classifies {
		if l.Index != "" {
			return nil, l.searchesNothing()
		}
		m, _, err := s.classifier(nil)
		if err != nil {
			return nil, err
		}
		nn.Eval(m.model)
		return l.app, l.label(&textLabels{m, m.model.Configuration().Common().Labels()})
	}
	m, err := s.load()
	if err != nil {
		return nil, fmt.Errorf("%s: expected Whisper, Wav2Vec2, a classifier or an encoder of texts, which is served; its type is %.60q: %w",
			l.path, kind, err)
	}
	if l.Index != "" { // what people came for is the first on the page
		if err := l.search(ctx, func(text string) ([]float32, error) { return encodeText(m, text) }); err != nil {
			return nil, err
		}
	}
	return l.app, l.embed(m)
}

// isClassifier reports whether a folder's settings name a classifier of sequences, as those that finetune writes.
func isClassifier(dir string) (yes bool, err error) {
	err = regular.Read(filepath.Join(dir, "config.json"), "a model's settings", func(f *os.File, _ int64) error {
		var settings struct {
			Architectures []string `json:"architectures"`
		}
		err := json.NewDecoder(io.LimitReader(f, 32<<20)).Decode(&settings)
		for _, name := range settings.Architectures {
			yes = yes || strings.HasSuffix(name, "ForSequenceClassification")
		}
		return err
	})
	return yes, err
}

// textLabels tells classes of texts apart, as multitorch label does.
type textLabels struct {
	*textClassifier
	classes []string
}

func (t *textLabels) read(_ context.Context, in inputs) ([]int64, error) {
	tokens, err := t.sentences.Tokens([]string{in.text})
	if err != nil {
		return nil, badInput("text", "%w", err)
	}
	return tokens[0], nil
}

func (t *textLabels) look(_ nn.Module, samples [][]int64, _ torch.Device) (found [][]guess, err error) {
	torch.NoGrad(func() {
		err = torch.Try(func() (err error) {
			torch.Step(func() {
				values, order := t.logits(samples).Softmax(-1).Topk(len(t.classes), 1)
				found, err = named(t.classes, torch.ToSlice[int64](order.CPU().Flatten(0, -1)), torch.ToSlice[float32](values.CPU().Flatten(0, -1)))
			})
			return err
		})
	})
	return found, err
}

var textField = serve.Field{
	Name: "text", Kind: serve.Text, Required: true, Label: "Text", Example: "the weather was lovely", MaxText: 20_000,
}

func (l *serving) label(t *textLabels) error {
	e := serve.Endpoint[[]int64, []guess]{
		Summary: "Of which class a text is.", Fields: []serve.Field{textField},
		Read: func(ctx context.Context, f *serve.Form) ([]int64, error) {
			return t.read(ctx, inputs{text: f.Text("text"), served: true})
		},
	}
	return classify(l, e, t, t.model, tryFields(e.Fields, []string{"good", "bad", "weather", "very", "not"}))
}

// vector is a text's, as /v1/embed answers.
type vector struct {
	Vector []float32 `json:"vector"`
}

// embed adds what makes vectors of texts.
func (l *serving) embed(m *transformers.SentenceTransformer) error {
	return one(l, serve.Endpoint[inputs, []float32]{
		Path: "/v1/embed", Summary: "Makes a vector of a text.", Fields: []serve.Field{textField}, Example: vector{},
		Answer: func(_ *http.Request, _ *serve.Form, v []float32) (any, error) { return vector{v}, nil },
	}, func(_ context.Context, in inputs) ([]float32, error) { return encodeText(m, in.text) }, tryFields([]serve.Field{textField}, nil))
}

// encodeText is a text's vector, as multitorch embed makes it of a line.
func encodeText(m *transformers.SentenceTransformer, text string) ([]float32, error) {
	vectors, err := m.Encode([]string{text})
	if err != nil {
		return nil, badInput("text", "%w", err)
	}
	defer vectors.Free()
	return torch.ToSlice[float32](vectors.Select(0, 0)), nil
}

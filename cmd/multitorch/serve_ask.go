package main

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"math/rand/v2"
	"net/http"
	"strings"

	"multitorch/datasets/sortofclevr"
	"multitorch/serve"
)

// mostBefore is how many earlier questions a request may bring.
const mostBefore = 50

// A dialogue is not remembered between requests: each brings the questions that were asked before.
func (t *dialogueTask) serve(l *serving, s *saved) error {
	return one(l, serve.Endpoint[inputs, []guess]{
		Path: "/v1/ask", Summary: "Answers a question about a picture of six objects.",
		Fields: []serve.Field{
			{
				Name: "image", Kind: serve.Picture, Required: true, Label: "Picture",
				Help: "As multitorch chat --make-scene draws them: 75 x 75 pixels, or a multiple.",
			},
			{Name: "text", Kind: serve.Text, Required: true, Label: "Question", Example: sortofclevr.Examples()[0], MaxText: maxLine},
			{
				Name: "before", Kind: serve.Text, Label: "Questions before", MaxText: mostBefore * maxLine,
				Help: "Earlier questions, one on a line: what \"it\" is.",
			},
		},
		Read: func(ctx context.Context, f *serve.Form) (inputs, error) {
			in, err := l.inputsOf(ctx, f)
			if in.before = strings.FieldsFunc(f.Text("before"), func(r rune) bool { return r == '\n' || r == '\r' }); len(in.before) > mostBefore {
				err = errors.Join(err, badInput("before", "%d questions: expected at most %d", len(in.before), mostBefore))
			}
			return in, ofField(err)
		},
		Query: []serve.Field{topField}, Example: answers{},
		Answer: func(r *http.Request, _ *serve.Form, found []guess) (any, error) { return topAnswers(r, found) },
	}, func(_ context.Context, in inputs) ([]guess, error) { return t.predict(s.model, in, l.device) }, trySentence)
}

// trySentence asks about a scene.
func trySentence(i int) *serve.Form {
	var b bytes.Buffer
	_ = png.Encode(&b, sortofclevr.NewScene(rand.New(rand.NewPCG(uint64(i), 1<<40))).Image(1)) // into memory
	return serve.NewForm(map[string]string{"text": sortofclevr.Examples()[0]}, nil, map[string][]byte{"image": b.Bytes()})
}

// choices is an endpoint that chooses among texts for a picture.
func (l *serving) choices(summary, help string, required bool, predict func(in inputs) ([]guess, error), words []string) error {
	fields := []serve.Field{
		{Name: "image", Kind: serve.Picture, Required: true, Label: "Picture"},
		{
			Name: "text", Kind: serve.Text, Required: required, Label: "Texts to choose from", Help: help, Example: "a red fruit, a flag, a car",
			MaxText: 4000,
		},
	}
	return one(l, serve.Endpoint[inputs, []guess]{
		Path: "/v1/classify", Summary: summary, Fields: fields, Query: []serve.Field{topField}, Example: answers{},
		Answer: func(r *http.Request, _ *serve.Form, found []guess) (any, error) { return topAnswers(r, found) },
	}, func(_ context.Context, in inputs) ([]guess, error) { return predict(in) }, tryFields(fields, words))
}

func (t *retrievalTask) serve(l *serving, s *saved) error {
	err := l.choices("Which text fits a picture best.", "With commas between them; the ten classes where it is left out.", false,
		func(in inputs) ([]guess, error) { return t.predict(s.model, in, l.device) }, t.Vocabulary.Tokens())
	return errors.Join(err, l.searchPictures(t, s))
}

func (t *captionsTask) serve(l *serving, s *saved) error {
	err := l.choices("Which caption fits a picture best.", "Captions with commas between them.", true,
		func(in inputs) ([]guess, error) { return t.predict(s.model, in, l.device) }, nil)
	return errors.Join(err, l.searchPictures(t, s))
}

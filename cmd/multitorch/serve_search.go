package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"multitorch/multimodal"
	"multitorch/serve"
	"multitorch/serve/index"
)

// hits is what a search finds, the nearest first.
type hits struct {
	Hits []foundHit `json:"hits"`
}

type foundHit struct {
	ID      int     `json:"id"`
	Score   float64 `json:"score"` // cosine
	Text    string  `json:"text,omitempty"`
	Source  string  `json:"source,omitempty"`
	Picture []byte  `json:"picture,omitempty"`
}

// openIndex opens --index, and looks whether this model made it.
func (l *serving) openIndex(ctx context.Context) (x index.Searcher, err error) {
	if index.IsPostgres(l.Index) {
		x, err = index.OpenPostgres(ctx, l.Index, l.Table)
	} else {
		x, err = index.Open(l.Index)
	}
	if err != nil {
		return nil, err
	}
	about, err := aboutModel(l.path)
	if err == nil && x.About().Fingerprint != about.Fingerprint {
		err = fmt.Errorf("--index: the vectors there are of another model, %.80q, than the one that is served, %q: multitorch index makes new ones",
			x.About().Model, about.Model)
	}
	if err != nil {
		x.Close()
		return nil, err
	}
	return x, nil
}

// search adds what finds entries of an index by a text, of which vector makes a vector.
func (l *serving) search(ctx context.Context, vector func(text string) ([]float32, error)) error {
	x, err := l.openIndex(ctx)
	if err != nil {
		return err
	}
	l.app.Close = x.Close
	l.app.About.Details["indexed"] = x.Len()
	top := serve.Field{Name: "top", Kind: serve.Integer, Help: "How many to find: 10 where it is left out.", Min: 1, Max: 1000}
	fields := []serve.Field{{Name: "text", Kind: serve.Text, Required: true, Label: "Text", Help: "What to look for.", MaxText: 20_000}}
	err = one(l, serve.Endpoint[inputs, []float32]{
		Path: "/v1/search", Summary: fmt.Sprintf("Finds what means most like a text, among %d entries.", x.Len()),
		Fields: fields, Query: []serve.Field{top}, Example: hits{},
		Answer: func(r *http.Request, _ *serve.Form, v []float32) (any, error) {
			n, err := serve.QueryInt(r, top, 10)
			if err != nil {
				return nil, err
			}
			found, err := x.Search(r.Context(), v, n)
			if err != nil {
				return nil, err
			}
			all := hits{Hits: []foundHit{}}
			for _, h := range found {
				all.Hits = append(all.Hits, foundHit{h.ID, h.Score, h.Text, h.Source, h.Picture})
			}
			return all, nil
		},
	}, func(_ context.Context, in inputs) ([]float32, error) {
		if strings.TrimSpace(in.text) == "" {
			return nil, serve.Unusable("text", errors.New("the text is empty"))
		}
		return vector(in.text)
	}, nil)
	if err != nil {
		x.Close()
	}
	return err
}

// searchPictures adds a run's search, where there is an index.
func (l *serving) searchPictures(t indexed, s *saved) error {
	if l.Index == "" {
		return nil
	}
	m := s.model.(*multimodal.Retriever)
	return l.search(context.Background(), func(text string) ([]float32, error) { return t.queryVector(m, text, l.device) })
}

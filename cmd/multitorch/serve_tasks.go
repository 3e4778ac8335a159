package main

import (
	"context"
	"strings"

	"multitorch/multimodal/columns"
	"multitorch/serve"

	datatable "multitorch/datasets/table"
)

func (t *emojiTask) serve(l *serving, s *saved) error {
	e := serve.Endpoint[emojiSample, []guess]{Summary: "Which class of emoji a picture, a text, or both are."}
	if t.Model.UsesImage() {
		e.Fields = append(e.Fields, serve.Field{Name: "image", Kind: serve.Picture, Required: true, Label: "Picture"})
	}
	if t.Model.UsesText() {
		e.Fields = append(e.Fields, serve.Field{
			Name: "text", Kind: serve.Text, Required: true, Label: "Text", Help: "A few English words.", Example: "grinning face", MaxText: 4000,
		})
	}
	e.Read = func(ctx context.Context, f *serve.Form) (emojiSample, error) {
		in, err := l.inputsOf(ctx, f)
		if err != nil {
			return emojiSample{}, err
		}
		return t.read(ctx, in)
	}
	return classify(l, e, t, s.model, tryFields(e.Fields, t.Vocabulary.Tokens()))
}

func (t *fashionTask) serve(l *serving, s *saved) error {
	e := serve.Endpoint[[]uint8, []guess]{
		Summary: "Which sort of clothes a picture shows.",
		Fields:  []serve.Field{{Name: "image", Kind: serve.Picture, Required: true, Label: "Picture", Help: "Clothes on a plain ground."}},
		Read: func(ctx context.Context, f *serve.Form) ([]uint8, error) {
			in, err := l.inputsOf(ctx, f)
			if err != nil {
				return nil, err
			}
			return t.read(ctx, in)
		},
	}
	return classify(l, e, t, s.model, tryFields(e.Fields, nil))
}

// A table's fields are its columns.
func (t *tableTask) serve(l *serving, s *saved) error {
	e := serve.Endpoint[columns.Sample, []guess]{Summary: "Which " + t.Schema.Target + " a row has."}
	var words []string
	for _, c := range t.Schema.Columns {
		f := serve.Field{Name: c.Name, Label: c.Name}
		switch c.Kind {
		case datatable.Image:
			f.Kind = serve.Picture
		case datatable.Audio:
			f.Kind = serve.Sound
		case datatable.Number:
			f.Kind = serve.Number
		case datatable.Category:
			f.Kind, f.Values = serve.Choice, c.Values
		default:
			f.Kind = serve.Text
			words = append(words, c.Vocabulary.Tokens()...)
		}
		e.Fields = append(e.Fields, f)
	}
	e.Read = func(ctx context.Context, f *serve.Form) (columns.Sample, error) {
		in, err := l.row(e.Fields, f)
		if err != nil {
			return columns.Sample{}, err
		}
		return t.read(ctx, in)
	}
	return classify(l, e, t, s.model, tryFields(e.Fields, words))
}

// row are a form's fields as the cells of a row.
func (l *serving) row(fields []serve.Field, f *serve.Form) (inputs, error) {
	in := inputs{checkpoint: "this server", served: true, set: map[string]string{}}
	for _, field := range fields {
		if !f.Has(field.Name) {
			continue
		}
		switch data := f.File(field.Name).Data; field.Kind {
		case serve.Picture, serve.Sound:
			check := l.checkPicture
			if field.Kind == serve.Sound {
				check = l.checkSound
			}
			if err := check(field.Name, data); err != nil {
				return in, err
			}
			in.set[field.Name], in.whole = string(data), append(in.whole, field.Name)
		case serve.Number:
			in.set[field.Name] = decimal(f.Number(field.Name))
		default:
			in.set[field.Name] = strings.TrimSpace(f.Text(field.Name))
		}
	}
	return in, nil
}

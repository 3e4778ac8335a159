package main

import (
	"context"
	"errors"
	"math"
	"net/http"

	"multitorch/multimodal/columns"
	"multitorch/nn"
	"multitorch/serve"
	"multitorch/torch"
)

// answers is what a classifier says, the likeliest first.
type answers struct {
	Answers []classAnswer `json:"answers"`
}

type classAnswer struct {
	Answer      string  `json:"answer"`
	Probability float64 `json:"probability"`
}

var topField = serve.Field{Name: "top", Kind: serve.Integer, Help: "How many answers to give, the likeliest first: 5 where it is left out.", Min: 1, Max: 1000}

// topAnswers are as many as the request asks for.
func topAnswers(r *http.Request, found []guess) (any, error) {
	top, err := serve.QueryInt(r, topField, 5)
	if err != nil {
		return nil, err
	}
	all := answers{Answers: []classAnswer{}}
	for _, g := range found[:min(top, len(found))] {
		all.Answers = append(all.Answers, classAnswer{g.class, g.probability})
	}
	return all, nil
}

// ofField is an error of an input as the request's field has it.
func ofField(err error) error {
	var in *inputError
	var cell *columns.CellError
	switch {
	case errors.As(err, &in):
		return serve.Unusable(in.flag, in.err)
	case errors.As(err, &cell):
		return serve.Unusable(cell.Column, cell.Err)
	}
	return err
}

// inputsOf are the inputs of a request with the fields image, text and audio.
func (l *serving) inputsOf(ctx context.Context, f *serve.Form) (inputs, error) {
	in := inputs{
		checkpoint: "this server", served: true,
		image: media{data: f.File("image").Data}, audio: media{data: f.File("audio").Data}, text: f.Text("text"),
	}
	return in, errors.Join(l.checkPicture("image", in.image.data), l.checkSound("audio", in.audio.data))
}

// trials are requests that a model has to answer before it serves.
type trials func(i int) *serve.Form

// classify adds an endpoint whose samples can be computed together. Its model answers some trials first, one by one and
// together: where the bits differ, and nobody asked for batches, requests are computed one by one, so that the same request has
// the same answer whoever else asks, and predict's.
func classify[S any](l *serving, e serve.Endpoint[S, []guess], t reader[S], model nn.Module, try trials) error {
	e.Path = "/v1/classify"
	e.Query = []serve.Field{topField}
	e.Example = answers{}
	e.Answer = func(r *http.Request, _ *serve.Form, found []guess) (any, error) { return topAnswers(r, found) }
	look := func(_ context.Context, batch []S) ([][]guess, error) { return t.look(model, batch, l.device) }
	e.Model = serve.ModelFunc[S, []guess](look)
	read := e.Read
	e.Read = func(ctx context.Context, f *serve.Form) (S, error) {
		s, err := read(ctx, f)
		return s, ofField(err)
	}
	var samples []S
	for i := range mostTogether {
		s, err := read(context.Background(), try(i))
		if err != nil {
			return err
		}
		samples = append(samples, s)
	}
	same, err := sameTogether(samples, look)
	if err != nil {
		return err
	}
	if !same {
		l.log.Info("answers of batches differ in their last bits from single ones: see --max-batch", "together", l.MaxBatch > 1)
	}
	e.Batching = l.batching(same || l.MaxBatch > 1)
	serve.Handle(l.app, e)
	return nil
}

// sameTogether reports whether samples get the same answers, bit for bit, alone and in batches of several sizes.
func sameTogether[S any](samples []S, look func(context.Context, []S) ([][]guess, error)) (bool, error) {
	var alone [][]guess
	for _, s := range samples {
		found, err := look(context.Background(), []S{s})
		if err != nil {
			return false, err
		}
		alone = append(alone, found[0])
	}
	for _, n := range []int{2, 3, 4, 5, 7, 8, 15, 16, 24, 31, len(samples)} {
		if n > len(samples) {
			continue
		}
		together, err := look(context.Background(), samples[len(samples)-n:])
		if err != nil {
			return false, err
		}
		for i, found := range together {
			for k, g := range found {
				want := alone[len(samples)-n+i][k]
				if g.class != want.class || math.Float64bits(g.probability) != math.Float64bits(want.probability) {
					return false, nil
				}
			}
		}
	}
	return true, nil
}

// one is an endpoint whose samples are computed one by one, each by predict.
func one[Out any](l *serving, e serve.Endpoint[inputs, Out], predict func(ctx context.Context, in inputs) (Out, error), try trials) error {
	if e.Read == nil {
		e.Read = l.inputsOf
	}
	e.Model = serve.ModelFunc[inputs, Out](func(ctx context.Context, batch []inputs) ([]Out, error) {
		var out Out
		var err error
		failed := torch.Try(func() error { torch.Step(func() { out, err = predict(ctx, batch[0]) }); return nil })
		return []Out{out}, errors.Join(failed, ofField(err))
	})
	if try != nil {
		in, err := e.Read(context.Background(), try(0))
		if err == nil {
			_, err = e.Model.Predict(context.Background(), []inputs{in})
		}
		if err != nil {
			return err
		}
	}
	e.Batching = l.batching(false)
	serve.Handle(l.app, e)
	return nil
}

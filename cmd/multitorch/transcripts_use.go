package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	datatable "multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
	"multitorch/nn"
	"multitorch/torch"
)

// predict writes what is said in a sound, as the one guess.
func (t *transcriptsTask) predict(model nn.Module, in inputs, device torch.Device) ([]guess, error) {
	if !in.audio.given() {
		return nil, badInput("audio", "expected a sound: WAV, FLAC, MP3 or Ogg")
	}
	cell, whole := in.audio.path, []string(nil)
	if in.audio.data != nil {
		cell, whole = string(in.audio.data), []string{"sound"}
	}
	read, err := datatable.New([]string{"sound"}, [][]string{{cell}}, whole...)
	if err != nil {
		return nil, err
	}
	samples, err := columns.Sound(read, 0, 0, ".", multimodal.SpeechRate)
	if err == nil && len(samples) < multimodal.MinSpeechSamples {
		err = in.audio.named(fmt.Errorf("the sound has %d samples at %d Hz: expected at least %d",
			len(samples), multimodal.SpeechRate, multimodal.MinSpeechSamples))
	}
	if err != nil {
		return nil, badInput("audio", "%w", err)
	}
	text, err := t.hear(model, samples, device)
	return []guess{{text, 1}}, err
}

// hear is what a model hears in a sound.
func (t *transcriptsTask) hear(model nn.Module, samples []float32, device torch.Device) (text string, err error) {
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			features := multimodal.SpeechFeatures(torch.FromSlice(samples)).Unsqueeze(0).To(device)
			scores, steps := model.(*multimodal.Speech).Forward(features, torch.FromSlice([]int64{int64(features.Size(1))}))
			if !scores.IsFinite().All().ItemBool() {
				return errors.New("the model's scores for this sound are NaN or infinite")
			}
			text = t.speech.decode(scores, steps)[0]
			return nil
		})
	})
	return text, err
}

func (t *transcriptsTask) use(ctx context.Context, path, base string, skipBad bool) error {
	read, data, err := openOther(ctx, t.Schema, path, columns.Config{Base: base, SkipBad: skipBad})
	if err != nil {
		return err
	}
	t.Data, t.Base, t.SkipBad = path, base, skipBad
	sets, err := t.utterances(ctx, read, data)
	if err == nil {
		t.speech.train, t.speech.test = sets[0], sets[0]
	}
	return err
}

func (t *transcriptsTask) predictTable(ctx context.Context, model nn.Module, path, out string, skipBad bool, device torch.Device) error {
	read, err := datatable.Open(path)
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	sound := read.Column(t.column(datatable.Audio))
	if sound < 0 {
		return fmt.Errorf("--data: %s has no column %q: it has %q", path, t.column(datatable.Audio), read.Columns)
	}
	var bad []columns.BadRow
	heard := map[int]string{}
	for row := range read.Len() {
		samples, err := columns.Sound(read, row, sound, "", multimodal.SpeechRate)
		if err == nil && len(samples) < multimodal.MinSpeechSamples {
			err = fmt.Errorf("the sound has %d samples: expected at least %d", len(samples), multimodal.MinSpeechSamples)
		}
		if err == nil {
			heard[row], err = t.hear(model, samples, device)
		}
		if err != nil {
			bad = append(bad, columns.BadRow{Row: row, Place: read.Place(row), What: err.Error()})
		}
	}
	if len(bad) > 0 && !skipBad {
		return &columns.BadRowsError{Rows: bad, Of: read.Len()}
	}
	if len(bad) > 0 {
		logLine(strconv.Itoa(len(bad)) + " rows can't be used and were left out")
	}
	return writePredictions(read, out, []string{"prediction"}, func(row int) ([]string, bool) {
		text, ok := heard[row]
		return []string{text}, ok
	})
}

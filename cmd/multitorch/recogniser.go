package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"multitorch/internal/regular"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/pretrained"
	"multitorch/transformers/processors"
	"multitorch/transformers/speech"
)

// recogniser writes what is said in a sound, of one channel at its rate.
type recogniser interface {
	rate() int     // samples per second
	shortest() int // samples that it takes at least
	// transcribe tells told, if not nil, how many seconds are done.
	transcribe(sound processors.Source, told func(seconds float64)) (*speech.Transcript, error)
}

// recognisers are the architectures that write what is said, by the model_type of a folder's config.json.
var recognisers = map[string]func(c *transcribeCmd, dir string, device torch.Device) (recogniser, error){
	"whisper": openWhisper, "wav2vec2": openWav2Vec2,
}

const (
	defaultSpeechModel      = "whisper-tiny.en"
	defaultSpeechCheckpoint = "runs/speech-gru-seed0/checkpoint.safetensors"
)

// recogniser opens the model that was asked for: a pretrained one's folder, or a checkpoint. Without either it is the usual
// pretrained one; where that was not fetched, the usual checkpoint.
func (c *transcribeCmd) recogniser() (recogniser, error) {
	device, err := c.device()
	if err != nil {
		return nil, err
	}
	if c.Checkpoint != "" {
		return c.openCheckpoint(c.Checkpoint, device)
	}
	dir, err := pretrained.Find(cmp.Or(c.Model, defaultSpeechModel))
	if c.Model == "" && errors.Is(err, pretrained.ErrNotFetched) {
		if _, none := os.Stat(defaultSpeechCheckpoint); none == nil {
			return c.openCheckpoint(defaultSpeechCheckpoint, device)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w; --checkpoint FILE takes a model that was trained here", err)
	}
	if c.LM != "" {
		return nil, errors.New("--lm: a pretrained model knows the language already: expected none, or --checkpoint")
	}
	kind, err := modelType(dir)
	if err != nil {
		return nil, err
	}
	open := recognisers[kind]
	if open == nil {
		return nil, fmt.Errorf("%s: a model of the type %.60q writes no speech: expected one of %q", dir, kind,
			slices.Sorted(maps.Keys(recognisers)))
	}
	return open(c, dir, device)
}

// modelType is what a model's folder says that it is.
func modelType(dir string) (kind string, err error) {
	err = regular.Read(filepath.Join(dir, "config.json"), "a model's settings", func(f *os.File, _ int64) error {
		var settings struct {
			ModelType string `json:"model_type"`
		}
		err := json.NewDecoder(io.LimitReader(f, 32<<20)).Decode(&settings)
		kind = settings.ModelType
		return err
	})
	return kind, err
}

// load is how a pretrained model is loaded onto a device.
func load(device torch.Device) transformers.Load { return transformers.Load{Device: device} }

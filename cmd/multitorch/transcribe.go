package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/multimodal"
	"multitorch/multimodal/audio"
	"multitorch/multimodal/ctc"
	"multitorch/torch"
)

type transcribeCmd struct {
	deviceFlag
	microphone
	Checkpoint string   `type:"path" default:"runs/speech-gru-seed0/checkpoint.safetensors" help:"Checkpoint of a speech model."`
	Beam       int      `default:"0" help:"Beginnings that the search for the likeliest text keeps (0: the likeliest path, without a search)."`
	LM         string   `name:"lm" type:"path" placeholder:"FILE" help:"Language model of characters for the search, in ARPA's format."`
	LMWeight   float64  `name:"lm-weight" default:"0.5" help:"How much the language model counts."`
	LMBonus    float64  `name:"lm-bonus" default:"1.2" help:"What each character of a text counts, against the model's preference for short ones."`
	Times      bool     `help:"Write a line for each word, with the seconds at which it begins and ends."`
	Sounds     []string `arg:"" optional:"" type:"path" help:"Sound files (WAV, FLAC, MP3, Ogg) or folders of them."`
}

// Validate is called when the command line is read.
func (c *transcribeCmd) Validate() error {
	switch {
	case c.Beam < 0 || c.Beam > 10_000:
		return fmt.Errorf("--beam: expected 0 to 10000, but got %d", c.Beam)
	case c.LM != "" && c.Beam == 0:
		return errors.New("--lm: a language model needs a search: --beam 16, say")
	}
	return errors.Join(c.microphone.check(len(c.Sounds)), c.deviceFlag.Validate())
}

// Run writes what is said in each file, or into the microphone. A file that can't be read is said so, and the others are
// gone on with; the command fails in the end.
func (c *transcribeCmd) Run() error {
	if c.Mic {
		return c.listen()
	}
	files, err := soundFiles(c.Sounds)
	if err != nil {
		return err
	}
	r, err := c.recogniser()
	if err != nil {
		return err
	}
	failures := 0
	for _, path := range files {
		samples, err := readSpeech(path)
		if err == nil {
			var text string
			if text, err = r.text(samples, c.Times); err == nil && len(files) > 1 {
				text = path + "\t" + text
			}
			if err == nil {
				printf("%s\n", text)
			}
		}
		if err != nil {
			failures++
			logLine(fmt.Sprintf("%s: %v", path, err))
		}
	}
	if failures > 0 {
		return fmt.Errorf("%d of %d files could not be transcribed", failures, len(files))
	}
	return nil
}

// listen writes what is said into the microphone. A signal ends it at once, as it has nothing to save.
func (c *transcribeCmd) listen() error {
	r, err := c.recogniser()
	if err != nil {
		return err
	}
	samples, err := c.record(context.Background())
	if err != nil {
		return err
	}
	text, err := r.text(samples, c.Times)
	if err == nil {
		printf("%s\n", text)
	}
	return err
}

// soundFiles are the files that are named, and those in the folders that are named, in the order of their names.
func soundFiles(named []string) (files []string, err error) {
	for _, path := range named {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		found := 0
		err = filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && slices.Contains(soundEndings, strings.ToLower(filepath.Ext(path))) {
				files = append(files, path)
				found++
			}
			return err
		})
		if err == nil && found == 0 {
			err = fmt.Errorf("%s: there are no sound files in this folder: expected names that end in %q", path, soundEndings)
		}
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

var soundEndings = []string{".wav", ".flac", ".mp3", ".ogg"}

// maxSpeech bounds what is read of one file: 10 hours at 48 kHz in stereo would take 13 GB, this takes 2.
const maxSpeech = 512 << 20

// readSpeech is a file's samples as a model of speech reads them: one channel at its rate.
func readSpeech(path string) (samples *torch.Tensor, err error) {
	wave, rate, err := audio.Load(path, audio.MaxSamples(maxSpeech))
	if err != nil {
		return nil, err
	}
	err = torch.Try(func() error {
		samples, err = toSpeech(wave, rate)
		return err
	})
	return samples, err
}

// toSpeech brings a waveform [channels, time] to one channel at the model's rate, by a kernel of soxr's quality.
func toSpeech(wave *torch.Tensor, rate int) (*torch.Tensor, error) {
	if wave.Numel() == 0 {
		return nil, errors.New("there are no samples in it")
	}
	if n := wave.Numel() - int(wave.IsFinite().Sum().ItemInt()); n > 0 {
		return nil, fmt.Errorf("%d of its samples are NaN or infinite", n)
	}
	wave = audio.Mono(wave)
	if !easyRate(rate) {
		return nil, fmt.Errorf("its rate of %d Hz has too little in common with %d Hz to be resampled: expected one such as 44100 or 48000 Hz",
			rate, multimodal.SpeechRate)
	}
	if rate != multimodal.SpeechRate {
		wave = audio.NewResample(rate, multimodal.SpeechRate, audio.SoxrHQ()).Forward(wave)
	}
	samples := wave.Select(0, 0)
	if n := samples.Size(0); n < multimodal.MinSpeechSamples {
		return nil, fmt.Errorf("it is too short, %d samples at %d Hz: expected at least %d", n, multimodal.SpeechRate, multimodal.MinSpeechSamples)
	}
	return samples, nil
}

// easyRate reports whether the kernel between a rate and the model's has a reasonable size: a header may say 44101 Hz, for
// which it would take a gigabyte.
func easyRate(rate int) bool {
	a, b := rate, multimodal.SpeechRate
	for b > 0 {
		a, b = b, a%b
	}
	return float64(rate/a)*float64(multimodal.SpeechRate/a) <= 1<<22
}

// speller is a task whose models are *multimodal.Speech.
type speller interface{ letters() *ctc.Alphabet }

func (t *speechTask) letters() *ctc.Alphabet { return t.Alphabet }

func (t *transcriptsTask) letters() *ctc.Alphabet { return t.Alphabet }

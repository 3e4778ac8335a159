package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/multimodal"
	"multitorch/multimodal/audio"
	"multitorch/torch"
)

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

// openSound is a file as a recogniser hears it, read piece by piece: one channel at its rate.
func openSound(from media, r recogniser) (s *audio.Stream, err error) {
	if from.data != nil {
		s, err = audio.NewStream(bytes.NewReader(from.data), int64(len(from.data)), r.rate())
	} else {
		s, err = audio.OpenStream(from.path, r.rate())
	}
	if err != nil {
		return nil, err
	}
	if err := longEnough(s.Len(), r.rate(), r.shortest()); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func longEnough(n, rate, shortest int) error {
	if n < shortest {
		return fmt.Errorf("it is too short, %d samples at %d Hz: expected at least %d", n, rate, shortest)
	}
	return nil
}

// maxSpeech bounds what is read at once of one file, of one channel: 3 hours at 48 kHz or 9 at 16 kHz, which take 2 GB.
const maxSpeech = 512 << 20

// readSpeech is a file's samples as a model that is trained here hears them: all, in one channel at its rate.
func readSpeech(from media) (samples *torch.Tensor, err error) {
	var wave *torch.Tensor
	var rate int
	if from.data != nil {
		wave, rate, err = audio.Decode(bytes.NewReader(from.data), int64(len(from.data)), audio.MaxSamples(maxSpeech), audio.Mixed(true))
	} else {
		wave, rate, err = audio.Load(from.path, audio.MaxSamples(maxSpeech), audio.Mixed(true))
	}
	if err != nil {
		return nil, err
	}
	err = torch.Try(func() error {
		torch.Step(func() {
			if samples, err = toSpeech(wave, rate); err == nil {
				samples = samples.Contiguous().Keep()
			}
		})
		return err
	})
	wave.Free()
	return samples, err
}

// heardAt brings a waveform [channels, time] to one channel at another rate, by a kernel of soxr's quality.
func heardAt(wave *torch.Tensor, rate, to, shortest int) (*torch.Tensor, error) {
	if wave.Numel() == 0 {
		return nil, errors.New("there are no samples in it")
	}
	if n := wave.Numel() - int(wave.IsFinite().Sum().ItemInt()); n > 0 {
		return nil, fmt.Errorf("%d of its samples are NaN or infinite", n)
	}
	wave = audio.Mono(wave)
	if !easyRate(rate, to) {
		return nil, fmt.Errorf("its rate of %d Hz has too little in common with %d Hz to be resampled: expected one such as 44100 or 48000 Hz", rate, to)
	}
	if rate != to {
		wave = audio.NewResample(rate, to, audio.SoxrHQ()).Forward(wave)
	}
	samples := wave.Select(0, 0)
	return samples, longEnough(samples.Size(0), to, shortest)
}

// toSpeech is a waveform as a model that is trained here hears it.
func toSpeech(wave *torch.Tensor, rate int) (*torch.Tensor, error) {
	return heardAt(wave, rate, multimodal.SpeechRate, multimodal.MinSpeechSamples)
}

// easyRate reports whether the kernel between two rates has a reasonable size: a header may say 44101 Hz, for
// which it would take a gigabyte.
func easyRate(rate, to int) bool {
	a, b := rate, to
	for b > 0 {
		a, b = b, a%b
	}
	return float64(rate/a)*float64(to/a) <= 1<<22
}

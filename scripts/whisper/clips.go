package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"multitorch/datasets/asterisk"
	"multitorch/multimodal/audio"
	"multitorch/torch"
)

// clip is a recording, in a file of float32 samples at 16 kHz, and what is said in it.
type clip struct{ name, path, text string }

// collect makes the files of all clips.
func collect(ctx context.Context, dir string) (clips []clip, err error) {
	data, err := asterisk.Open(ctx, "", asterisk.Options{}, nil)
	if err != nil {
		return nil, err
	}
	add := func(name, text string, wave *torch.Tensor, rate int) error {
		if rate != 16000 {
			wave = audio.NewResample(rate, 16000, audio.SoxrHQ()).Forward(wave)
		}
		path := filepath.Join(dir, fmt.Sprintf("%d.f32", len(clips)))
		clips = append(clips, clip{name, path, text})
		return os.WriteFile(path, bytesOf(torch.ToSlice[float32](audio.Mono(wave).Contiguous().View(-1))), 0o644)
	}
	var texts []string
	for i, c := range data.Clips {
		if c.Duration().Seconds() > 30 {
			continue
		}
		if words := strings.Fields(c.Text); len(words) > 3 {
			texts = append(texts, c.Text)
		}
		if i%*every == 0 {
			if err := add(c.Name, c.Text, torch.FromSlice(c.Samples, 1, len(c.Samples)), asterisk.Rate); err != nil {
				return nil, err
			}
		}
	}
	espeak, err := exec.LookPath("espeak-ng")
	if err != nil {
		fmt.Println("espeak-ng is not installed: no generated speech")
		return clips, nil
	}
	for i := range *spoken {
		text := texts[i*len(texts)/(*spoken)]
		wav := filepath.Join(dir, "spoken.wav")
		if err := exec.CommandContext(ctx, espeak, "-v", "en-us", "-w", wav, text).Run(); err != nil {
			return nil, fmt.Errorf("espeak-ng: %w", err)
		}
		wave, rate, err := audio.Load(wav)
		if err != nil {
			return nil, err
		}
		if err := add(fmt.Sprintf("spoken %d", i), text, wave, rate); err != nil {
			return nil, err
		}
	}
	return clips, nil
}

func bytesOf(samples []float32) []byte {
	b := make([]byte, 0, 4*len(samples))
	for _, x := range samples {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func floatsOf(b []byte) []float32 {
	x := make([]float32, len(b)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return x
}

// Command whisper compares the transcripts of Whisper tiny.en in Go and by Transformers, on the same libtorch: Asterisk's prompts,
// and the same texts spoken by espeak-ng where it is installed. It prints the clips whose ids differ, the word errors, the median
// seconds of a clip, and the peak of memory. MULTITORCH_TRANSFORMERS names a Python with torch and transformers; with a folder
// of CTranslate2's it also runs faster-whisper.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
	"multitorch/transformers/pretrained"
	"multitorch/transformers/speech"
)

var (
	worker  = flag.String("worker", "", "be the process in Go, with the model of this folder")
	every   = flag.Int("every", 1, "take one clip of so many")
	spoken  = flag.Int("spoken", 60, "texts that espeak-ng speaks, if it is installed")
	threads = flag.Int("threads", 1, "threads of each process")
	faster  = flag.String("faster", "", "folder of a CTranslate2 model for faster-whisper")
)

func main() {
	flag.Parse()
	run := compare
	if *worker != "" {
		run = work
	}
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "whisper:", err)
		os.Exit(1)
	}
}

// work transcribes clips as twin.py does.
func work(ctx context.Context) error {
	torch.SetNumThreads(*threads)
	model, err := speech.Load(*worker)
	if err != nil {
		return err
	}
	return serve(func(samples []float32) ([]int64, time.Duration, error) {
		begin := time.Now()
		x := torch.FromSlice(samples)
		defer x.Free()
		t, err := model.Transcribe(ctx, x, speech.Options{Temperatures: []float64{0}, NoSpeech: 2})
		took := time.Since(begin)
		if err != nil || len(t.Segments) == 0 {
			return nil, took, err
		}
		return t.Segments[0].Tokens, took, nil
	})
}

func compare(ctx context.Context) error {
	python := os.Getenv("MULTITORCH_TRANSFORMERS")
	if python == "" {
		return fmt.Errorf("MULTITORCH_TRANSFORMERS: expected a Python with torch and transformers")
	}
	dir, err := pretrained.Get(ctx, "whisper-tiny.en", "", func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "whisper")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	clips, err := collect(ctx, temp)
	if err != nil {
		return err
	}
	script := filepath.Join(temp, "twin.py")
	if err := os.WriteFile(script, []byte(twin), 0o644); err != nil {
		return err
	}
	sides := []*side{
		{name: "Go", args: []string{os.Args[0], "-worker", dir, "-threads", fmt.Sprint(*threads)}},
		{name: "Transformers", args: []string{python, script, "transformers", dir, fmt.Sprint(*threads)}},
	}
	if *faster != "" {
		sides = append(sides, &side{name: "faster-whisper", args: []string{python, script, "faster-whisper", *faster, fmt.Sprint(*threads)}})
	}
	for _, s := range sides {
		if err := s.start(); err != nil {
			return err
		}
		defer s.stop()
	}
	decode, err := decoder(dir)
	if err != nil {
		return err
	}
	for i, c := range clips {
		for _, s := range sides {
			if err := s.hear(c.path); err != nil {
				return fmt.Errorf("%s: %s: %w", s.name, c.name, err)
			}
		}
		if g, p := sides[0].heard[i].IDs, sides[1].heard[i].IDs; !slices.Equal(g, p) {
			fmt.Printf("%s differs:\n  Go           %q\n  Transformers %q\n", c.name, decode(g), decode(p))
		}
	}
	summary(clips, sides, decode)
	return nil
}

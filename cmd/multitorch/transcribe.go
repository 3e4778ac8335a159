package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"multitorch/internal/atomicfile"
	"multitorch/multimodal/ctc"
	"multitorch/transformers/processors"
	"multitorch/transformers/speech"
)

type transcribeCmd struct {
	deviceFlag
	microphone
	Model      string        `placeholder:"NAME|DIR" help:"Pretrained model: the name of one that was fetched, or a Hugging Face folder of Whisper (default: whisper-tiny.en)."`
	Checkpoint string        `type:"path" placeholder:"FILE" help:"Checkpoint of a speech model that was trained here, in place of a pretrained one (default, where no whisper-tiny.en was fetched: runs/speech-gru-seed0/checkpoint.safetensors)."`
	Format     speech.Format `default:"text" enum:"text,times,srt,vtt,json" help:"What is written: text, times, srt, vtt or json, which has all scores."`
	Times      bool          `help:"The same as --format times: a line for each segment (each word, of a checkpoint), with the seconds at which it begins and ends."`
	OutputDir  string        `type:"path" placeholder:"DIR" help:"Write a file for each sound into this folder, named after it."`
	Beam       int           `default:"0" help:"Beginnings that the search for the likeliest text keeps (0: the likeliest path, without a search)."`
	whisperFlags
	ctcFlags
	Sounds []string `arg:"" optional:"" type:"path" help:"Sound files (WAV, FLAC, MP3, Ogg) or folders of them."`
}

// Validate is called when the command line is read.
func (c *transcribeCmd) Validate() error {
	switch {
	case c.Model != "" && c.Checkpoint != "":
		return errors.New("--model, --checkpoint: expected one of them")
	case c.Beam < 0 || c.Beam > 10_000:
		return fmt.Errorf("--beam: expected 0 to 10000, but got %d", c.Beam)
	case c.LM != "" && c.Beam == 0:
		return errors.New("--lm: a language model needs a search: --beam 16, say")
	case c.Times && c.Format != speech.Text && c.Format != speech.Times:
		return fmt.Errorf("--times, --format %s: expected one of them", c.Format)
	}
	if c.Times {
		c.Format = speech.Times
	}
	return errors.Join(c.microphone.check(len(c.Sounds)), c.deviceFlag.Validate(), c.whisperFlags.check())
}

// Run writes what is said in each file, or into the microphone. A file that can't be read is said so, and the others are
// gone on with; the command fails in the end.
func (c *transcribeCmd) Run() error {
	var files []string
	var err error
	if !c.Mic {
		if files, err = soundFiles(c.Sounds); err != nil {
			return err
		}
		if err := c.outputs(files); err != nil {
			return err
		}
	}
	r, err := c.recogniser()
	if err != nil {
		return err
	}
	if c.Mic {
		return c.listen(r)
	}
	failures := 0
	bar := newMeter(os.Stderr, len(files))
	for i, path := range files {
		bar.file(i, path)
		if err := c.one(r, path, len(files) > 1, bar); err != nil {
			failures++
			bar.clear()
			logLine(fmt.Sprintf("%s: %v", path, err))
		}
	}
	if bar.clear(); failures > 0 {
		return fmt.Errorf("%d of %d files could not be transcribed", failures, len(files))
	}
	return nil
}

// one transcribes a file. Of several, whose texts are written one after the other, each is named.
func (c *transcribeCmd) one(r recogniser, path string, named bool, bar *meter) error {
	sound, err := openSound(media{path: path}, r)
	if err != nil {
		return err
	}
	defer sound.Close()
	t, err := r.transcribe(sound, bar.part(float64(sound.Len())/float64(r.rate())))
	if err != nil {
		return err
	}
	if c.OutputDir != "" {
		return atomicfile.Write(c.output(path), func(w io.Writer) error { return t.Write(w, c.Format) })
	}
	if bar.clear(); named && (c.Format == speech.Text || c.Format == speech.Times) {
		printf("%s\t", oneLine(path))
	}
	return c.print(t)
}

// print writes a transcript to stdout, without the controls that a vocabulary may hold.
func (c *transcribeCmd) print(t *speech.Transcript) error {
	var b bytes.Buffer
	if err := t.Write(&b, c.Format); err != nil {
		return err
	}
	printf("%s", &b)
	return nil
}

// output is the file for what is said in a sound file.
func (c *transcribeCmd) output(sound string) string {
	ending := map[speech.Format]string{speech.Text: ".txt", speech.Times: ".txt", speech.SRT: ".srt", speech.VTT: ".vtt", speech.JSON: ".json"}
	name := filepath.Base(sound)
	return filepath.Join(c.OutputDir, strings.TrimSuffix(name, filepath.Ext(name))+ending[c.Format])
}

// outputs makes the folder, and finds out what could not be told apart, before the first file is heard.
func (c *transcribeCmd) outputs(files []string) error {
	if c.OutputDir == "" {
		if len(files) > 1 && c.Format != speech.Text && c.Format != speech.Times {
			return fmt.Errorf("--format %s: %d sound files would become one: say where to put theirs by --output-dir", c.Format, len(files))
		}
		return nil
	}
	of := map[string]string{}
	for _, f := range files {
		to := c.output(f)
		if of[to] != "" {
			return fmt.Errorf("--output-dir: %s and %s would both become %s", of[to], f, to)
		}
		of[to] = f
	}
	return os.MkdirAll(c.OutputDir, 0o755)
}

// listen writes what is said into the microphone. A signal ends it at once, as it has nothing to save.
func (c *transcribeCmd) listen(r recogniser) error {
	samples, err := c.record(context.Background(), r)
	if err != nil {
		return err
	}
	defer samples.Free()
	t, err := r.transcribe(processors.Waveform(samples), nil)
	if err != nil {
		return err
	}
	return c.print(t)
}

// speller is a task whose models are *multimodal.Speech.
type speller interface{ letters() *ctc.Alphabet }

func (t *speechTask) letters() *ctc.Alphabet { return t.Alphabet }

func (t *transcriptsTask) letters() *ctc.Alphabet { return t.Alphabet }

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/internal/atomicfile"
	"multitorch/multimodal"
	"multitorch/multimodal/audio"
	"multitorch/multimodal/ctc"
	"multitorch/torch"
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
	samples, err := readSound(media{path: path}, r)
	if err != nil {
		return err
	}
	defer samples.Free()
	t, err := r.transcribe(samples, bar.part(float64(samples.Size(0))/float64(r.rate())))
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
	t, err := r.transcribe(samples, nil)
	if err != nil {
		return err
	}
	return c.print(t)
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

// maxSpeech bounds what is read of one file, of one channel: 3 hours at 48 kHz or 9 at 16 kHz, which take 2 GB.
const maxSpeech = 512 << 20

// readSound is a file's samples as a recogniser hears them: one channel at its rate.
func readSound(from media, r recogniser) (samples *torch.Tensor, err error) {
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
			if samples, err = heardAt(wave, rate, r.rate(), r.shortest()); err == nil {
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
	if n := samples.Size(0); n < shortest {
		return nil, fmt.Errorf("it is too short, %d samples at %d Hz: expected at least %d", n, to, shortest)
	}
	return samples, nil
}

// readSpeech is a file's samples as a model that is trained here hears them.
func readSpeech(from media) (*torch.Tensor, error) { return readSound(from, &ctcRecogniser{}) }

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

// speller is a task whose models are *multimodal.Speech.
type speller interface{ letters() *ctc.Alphabet }

func (t *speechTask) letters() *ctc.Alphabet { return t.Alphabet }

func (t *transcriptsTask) letters() *ctc.Alphabet { return t.Alphabet }

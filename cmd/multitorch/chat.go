package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"

	"golang.org/x/term"

	"multitorch/datasets/sortofclevr"
	"multitorch/internal/atomicfile"
	pictures "multitorch/internal/picture"
	"multitorch/nn"
	"multitorch/torch"
)

type chatCmd struct {
	deviceFlag
	Checkpoint string `type:"path" default:"runs/dialogue-focus-seed0/checkpoint.safetensors" help:"Checkpoint file."`
	Image      string `type:"path" placeholder:"FILE" help:"The picture to talk about: PNG, JPEG, GIF, WebP, BMP or TIFF."`
	MakeScene  string `type:"path" placeholder:"FILE" help:"Draw a new scene into this PNG file, to talk about."`
	Seed       uint64 `default:"0" help:"Seed of the new scene."`
}

// Validate is called when the command line is read.
func (c *chatCmd) Validate() error {
	return errors.Join(outputFile{"make-scene", c.MakeScene, pngFile, nil}.check(), c.deviceFlag.Validate())
}

// chatter is a task whose models answer questions about a picture.
type chatter interface {
	// converse begins to talk about the picture in a file.
	converse(model nn.Module, image media, device torch.Device) (conversation, error)
}

// conversation remembers what was asked before.
type conversation interface {
	// ask answers a question, the likeliest answer first. The error says why it can't be understood.
	ask(question string) ([]guess, error)
	// examples are questions that can be asked.
	examples() []string
}

// Run draws a scene, or reads questions line by line and answers each in one line.
func (c *chatCmd) Run() error {
	if c.MakeScene != "" {
		if err := makeScene(c.MakeScene, c.Seed); err != nil {
			return fmt.Errorf("--make-scene: %w", err)
		}
		if c.Image == "" {
			printf("%s: six objects; multitorch chat --image %s answers questions about them\n", c.MakeScene, c.MakeScene)
			return nil
		}
	}
	if c.Image == "" {
		return errors.New("--image: expected a picture to talk about; multitorch chat --make-scene scene.png draws one")
	}
	device, err := c.device()
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.Checkpoint); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("checkpoint %s: there is no such file; \"multitorch train dialogue\" trains a model that answers questions "+
			"and writes it into runs/dialogue-focus-seed0, where chat looks; another one is named by --checkpoint", c.Checkpoint)
	}
	s, err := loadModel(c.Checkpoint, device)
	if err != nil {
		return err
	}
	able, ok := s.task.(chatter)
	if !ok {
		return fmt.Errorf("checkpoint %s: a model of %s answers no questions; \"multitorch train dialogue\" trains one that does",
			c.Checkpoint, s.task.info().title)
	}
	talk, err := able.converse(s.model, media{path: c.Image}, device)
	if err != nil {
		return fmt.Errorf("--image: %w", err)
	}
	return chat(talk, os.Stdin, term.IsTerminal(int(os.Stdin.Fd())))
}

// makeScene draws a scene of eight times the data's pixels into a new file.
func makeScene(path string, seed uint64) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: there is a file already, which is not overwritten", path)
	}
	scene := sortofclevr.NewScene(rand.New(rand.NewPCG(seed, 1<<40)))
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, scene.Image(8)) })
}

// maxLine is the most bytes of a line that are read: more than any question has.
const maxLine = 1000

// chat answers every line in one line. Empty ones are passed over.
func chat(talk conversation, in io.Reader, prompt bool) error {
	say := func(format string, args ...any) error {
		printf(format, args...)
		return stdout.err // nobody reads any more
	}
	if prompt {
		if err := say("Ask about the picture: %q, say. \"help\" lists more, \"quit\" ends.\n", talk.examples()[0]); err != nil {
			return nil
		}
	}
	lines := bufio.NewReaderSize(in, 4096)
	for {
		if prompt {
			printf("> ")
		}
		line, long, err := readLine(lines)
		if err != nil && line == "" {
			if prompt {
				printf("\n")
			}
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return err
		}
		switch word := strings.ToLower(strings.TrimSpace(line)); {
		case long:
			err = say("a question has at most %d characters\n", maxLine)
		case word == "":
			continue
		case word == "quit", word == "exit", word == "bye":
			return nil
		case word == "help" && prompt:
			err = say("ask, for instance:\n  %s\n", strings.Join(talk.examples(), "\n  "))
		case word == "help":
			err = say("ask, for instance: %s\n", strings.Join(talk.examples(), " | "))
		default:
			err = say("%s\n", answer(talk, line))
		}
		if err != nil {
			return nil
		}
	}
}

// readLine is the next line without its end, cut where it is too long; the rest of it is passed over.
func readLine(r *bufio.Reader) (line string, long bool, err error) {
	var b []byte
	for {
		part, err := r.ReadSlice('\n')
		b = append(b, part[:min(len(part), maxLine+1-min(len(b), maxLine+1))]...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			line = strings.TrimRight(string(b), "\r\n")
			return line, len(line) > maxLine, err
		}
	}
}

// unsure is a probability below which an answer is said with reserve.
const unsure = 0.6

// partial is a conversation that answers a question of which it knows some words alone.
type partial interface {
	// strange are the words of a question that the model doesn't know.
	strange(question string) []string
}

// answer is the answer to a line, or why there is none, in one line.
func answer(talk conversation, line string) string {
	found, err := talk.ask(line)
	if err != nil {
		examples := talk.examples()
		return fmt.Sprintf("%s (ask, for instance: %s)", err, strings.Join(examples[:min(3, len(examples))], " | "))
	}
	said := found[0].class
	if p := found[0].probability; p < unsure {
		said = fmt.Sprintf("%s, but I am not sure (%.0f %%)", said, 100*p)
	}
	if talk, ok := talk.(partial); ok {
		if words := talk.strange(line); len(words) > 0 {
			said += fmt.Sprintf("; not known to me: %q", words[:min(3, len(words))])
		}
	}
	return said
}

// openPicture reads a picture file, without a context: a signal ends the program at once, as it has nothing to save.
func openPicture(from media) (planar []uint8, err error) {
	var m image.Image
	if from.data != nil {
		m, err = pictures.Decode(context.Background(), from.reader())
	} else {
		m, err = pictures.Open(context.Background(), from.path)
	}
	if err != nil {
		return nil, err
	}
	if planar, err = sortofclevr.FromImage(m); err != nil {
		return nil, fmt.Errorf("%w; multitorch chat --make-scene scene.png draws one", from.named(err))
	}
	return planar, nil
}

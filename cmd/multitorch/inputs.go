package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"multitorch/datasets/emoji10"
)

// inputs are what a model is asked about.
type inputs struct {
	checkpoint   string // of the model, for messages
	image, audio media
	text         string
	before       []string          // questions that were asked earlier
	set          map[string]string // cells of a table's columns
	whole        []string          // columns whose cells are files themselves
	served       bool              // it came in a request, and nobody reads the terminal
}

// note tells who asked of something that is no error.
func (in inputs) note(line string) {
	if !in.served {
		logLine(line)
	}
}

// media is a picture or a sound: a file on this machine, or one that a request brought.
type media struct {
	path string
	data []byte
}

func (m media) given() bool { return m.path != "" || m.data != nil }

// named is err with the file's name, where it has one.
func (m media) named(err error) error {
	if err == nil || m.path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", m.path, err)
}

// reader is what a request brought.
func (m media) reader() io.Reader { return bytes.NewReader(m.data) }

// inputError is what is wrong with an input, by the flag that gives it; a server's field is called the same.
type inputError struct {
	flag string
	err  error
	what string // a text, quoted, or ""
}

func (e *inputError) Error() string {
	if e.what != "" {
		return "--" + e.flag + " " + e.what + ": " + e.err.Error()
	}
	return "--" + e.flag + ": " + e.err.Error()
}

func (e *inputError) Unwrap() error { return e.err }

// badInput is an error of an input.
func badInput(flag, format string, args ...any) error {
	return &inputError{flag: flag, err: fmt.Errorf(format, args...)}
}

// badText is an error of a text, which is shown.
func badText(text, format string, args ...any) error {
	return &inputError{"text", fmt.Errorf(format, args...), fmt.Sprintf("%.80q", text)}
}

// pixels is the image, as planar RGB, scaled to size.
func (in inputs) pixels(size int) (pixels []uint8, err error) {
	switch {
	case !in.image.given():
		err = errors.New("the model looks at an image too: expected a file")
	case in.image.data != nil:
		pixels, err = emoji10.DecodeImage(in.image.reader(), size)
	default: // without a context: a signal ends predict at once, as it has nothing to save
		pixels, err = emoji10.OpenImage(context.Background(), in.image.path, size)
	}
	if err != nil {
		return nil, badInput("image", "%w", err)
	}
	return pixels, nil
}

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/pretrained"
)

// sentences is what commands have in common that compare texts by a pretrained encoder.
type sentences struct {
	deviceFlag
	Model string `default:"minilm" placeholder:"NAME|DIR" help:"Pretrained encoder: its name (multitorch models list) or its folder (default: minilm)."`
}

func (c *sentences) load() (*transformers.SentenceTransformer, error) {
	device, err := c.device()
	if err != nil {
		return nil, err
	}
	dir, err := pretrained.Find(c.Model)
	if err != nil {
		return nil, fmt.Errorf("--model: %w", err)
	}
	return transformers.LoadSentenceTransformer(dir, transformers.Load{Device: device})
}

type embedCmd struct {
	sentences
	Out  string `type:"path" placeholder:"FILE.npy" help:"File for the vectors, as NumPy reads it (default: a JSON list on a line for each)."`
	File string `arg:"" default:"-" help:"Text file, of which each line is a text (-: what is piped in)."`
}

// Validate is called when the command line is read.
func (c *embedCmd) Validate() error {
	out := outputFile{"out", c.Out, vectorFile, []string{c.File}}
	return errors.Join(out.check(), c.deviceFlag.Validate())
}

// Run makes a vector of each line.
func (c *embedCmd) Run() error {
	lines, err := readLines(c.File)
	if err != nil {
		return err
	}
	m, err := c.load()
	if err != nil {
		return err
	}
	vectors, err := m.Encode(lines)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := torch.SaveNpy(c.Out, vectors); err != nil {
			return err
		}
		printf("%d vectors of %d numbers in %s\n", vectors.Size(0), vectors.Size(1), c.Out)
		return nil
	}
	values, size := torch.ToSlice[float32](vectors), vectors.Size(1)
	var b bytes.Buffer
	for i := range vectors.Size(0) {
		b.Reset()
		for j, x := range values[i*size : (i+1)*size] {
			if b.WriteByte(','); j == 0 {
				b.Reset()
				b.WriteByte('[')
			}
			b.WriteString(strconv.FormatFloat(float64(x), 'g', -1, 32))
		}
		printf("%s]\n", b.Bytes())
	}
	return nil
}

type similarCmd struct {
	sentences
	Top   int    `default:"5" help:"Lines to print."`
	Query string `arg:"" help:"Text to compare with."`
	File  string `arg:"" default:"-" help:"Text file, of which each line is a text (-: what is piped in)."`
}

// Validate is called when the command line is read.
func (c *similarCmd) Validate() error {
	if c.Top < 1 {
		return fmt.Errorf("--top: expected at least 1, but got %d", c.Top)
	}
	return c.deviceFlag.Validate()
}

// Run prints the lines that are most like the query, with the cosine and their number.
func (c *similarCmd) Run() error {
	lines, err := readLines(c.File)
	if err != nil {
		return err
	}
	m, err := c.load()
	if err != nil {
		return err
	}
	texts, numbers := []string{c.Query}, []int{0}
	for i, line := range lines {
		if strings.TrimSpace(line) != "" {
			texts, numbers = append(texts, line), append(numbers, i+1)
		}
	}
	if len(texts) == 1 {
		return fmt.Errorf("%s: there is no line with a text in it", c.File)
	}
	vectors, err := m.Encode(texts)
	if err != nil {
		return err
	}
	vectors = (&transformers.Normalize{}).Forward(vectors) // not every model does
	cosines := vectors.Narrow(0, 1, len(texts)-1).Mv(vectors.Select(0, 0))
	best, order := cosines.Topk(min(c.Top, len(texts)-1), 0)
	values := torch.ToSlice[float32](best)
	for i, at := range torch.ToSlice[int64](order) {
		printf("%.4f  %5d  %s\n", values[i], numbers[at+1], texts[at+1])
	}
	return nil
}

// Bounds of what is read as texts.
const (
	mostLines   = 1 << 20
	longestLine = 1 << 20
)

// readLines reads the lines of a file, or of what is piped in.
func readLines(path string) (lines []string, err error) {
	var r io.Reader = os.Stdin
	name := "what is piped in"
	if path != "-" {
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s: expected a text file, but got a folder", path)
		}
		if err != nil {
			return nil, err
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r, name = f, path
	}
	s := bufio.NewScanner(r)
	s.Buffer(nil, longestLine)
	for s.Scan() {
		if lines = append(lines, strings.TrimSuffix(s.Text(), "\r")); len(lines) > mostLines {
			return nil, fmt.Errorf("%s: expected at most %d lines; divide it", name, mostLines)
		}
		if !utf8.Valid(s.Bytes()) {
			return nil, fmt.Errorf("%s: line %d: expected UTF-8; convert it (iconv -f LATIN1 -t UTF-8, say)", name, len(lines))
		}
	}
	switch err := s.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("%s: line %d is longer than %d bytes", name, len(lines)+1, longestLine)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(lines) == 0:
		return nil, fmt.Errorf("%s: there are no lines in it", name)
	}
	return lines, nil
}

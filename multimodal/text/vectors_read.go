package text

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"multitorch/internal/regular"
)

type vectorsConfig struct {
	only    *Vocabulary
	most    int
	binary  bool
	numbers int
}

// VectorsOption is an option of [LoadVectors] and [ReadVectors]: [OnlyWords], [FirstWords], [Binary], [MaxNumbers].
type VectorsOption interface{ vectors(*vectorsConfig) }

// OnlyWords keeps the vectors of a vocabulary's tokens: of the millions in a file those that a model looks up.
func OnlyWords(v *Vocabulary) VectorsOption { return onlyWords{v} }

type onlyWords struct{ *Vocabulary }

// FirstWords reads so many words at most and leaves the rest of the file alone.
type FirstWords int

// Binary says that the file is word2vec's binary form, which can't be told from text with certainty.
type Binary bool

// MaxNumbers bounds what is kept, words times Dim. The default is 2^29, which takes 2 GiB; a file with more is an error.
type MaxNumbers int

func (o onlyWords) vectors(c *vectorsConfig)  { c.only = o.Vocabulary }
func (n FirstWords) vectors(c *vectorsConfig) { c.most = int(n) }
func (b Binary) vectors(c *vectorsConfig)     { c.binary = bool(b) }
func (n MaxNumbers) vectors(c *vectorsConfig) { c.numbers = int(n) }

const (
	maxNumbers    = 1 << 29
	maxDim        = 1 << 16
	maxVectorLine = 1 << 21
	maxWordBytes  = 1 << 12
)

// LoadVectors reads a file of word vectors, packed with gzip or not: GloVe's text, word2vec's and fastText's text, whose
// first line has the numbers of words and dimensions, or with [Binary] word2vec's binary form. fastText's own .bin is none of
// them. The file is read as a stream. Errors name the file and the line or word.
func LoadVectors(path string, opts ...VectorsOption) (v *Vectors, err error) {
	err = regular.Read(path, "a file of word vectors", func(f *os.File, _ int64) error {
		v, err = ReadVectors(f, opts...)
		return err
	})
	return v, err
}

// ReadVectors is [LoadVectors] from a stream.
func ReadVectors(r io.Reader, opts ...VectorsOption) (*Vectors, error) {
	c := vectorsConfig{numbers: maxNumbers}
	for _, o := range opts {
		o.vectors(&c)
	}
	in := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReaderSize(unzipped, 1<<16)
	}
	b := &vectorsBuilder{vectorsConfig: c, v: &Vectors{index: map[string]int{}}}
	read := b.readText
	if c.binary {
		read = b.readBinary
	} else if magic, _ := in.Peek(4); bytes.Equal(magic, []byte{0xba, 0x16, 0x4f, 0x2f}) {
		return nil, errors.New("it is fastText's own binary form, of which the vectors can't be read alone: expected its .vec file")
	}
	if err := read(in); err != nil {
		return nil, err
	}
	if b.seen == 0 {
		return nil, errors.New("there are no word vectors in it")
	}
	return b.v, nil
}

// vectorsBuilder collects vectors.
type vectorsBuilder struct {
	vectorsConfig
	v    *Vectors
	seen int // words of the file so far
}

// full reports whether enough words were read.
func (b *vectorsBuilder) full() bool { return b.most > 0 && b.seen >= b.most }

// add takes a word's vector if it is wanted; of a word that comes twice the first is kept, as gensim does.
func (b *vectorsBuilder) add(word string, vector []float32) error {
	b.seen++
	if b.only != nil && !b.only.Has(word) {
		return nil
	}
	if _, twice := b.v.index[word]; twice {
		return nil
	}
	if len(b.v.data)+len(vector) > b.numbers {
		return fmt.Errorf("there are more than %d numbers in it: OnlyWords or FirstWords keep fewer, MaxNumbers allows more", b.numbers)
	}
	b.v.index[word] = len(b.v.words)
	b.v.words = append(b.v.words, word)
	b.v.data = append(b.v.data, vector...)
	return nil
}

func (b *vectorsBuilder) readText(in *bufio.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<16), maxVectorLine)
	line := 0
	for !b.full() && lines.Scan() {
		line++
		text := strings.TrimRight(lines.Text(), " \r")
		if line == 1 && b.header(text) {
			continue
		}
		if text == "" {
			continue
		}
		if err := b.textLine(text); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", line+1, err)
	}
	return nil
}

// header reads the first line of word2vec's and fastText's text: two numbers.
func (b *vectorsBuilder) header(text string) bool {
	fields := strings.Fields(text)
	if len(fields) != 2 {
		return false
	}
	words, err := strconv.Atoi(fields[0])
	dim, err2 := strconv.Atoi(fields[1])
	if err != nil || err2 != nil || words < 0 || dim < 1 || dim > maxDim {
		return false
	}
	b.v.Dim = dim
	return true
}

// textLine reads a word and its numbers. The word is what is left before the last Dim fields: some of GloVe's have spaces in
// them. Without a first line, Dim is that of the first word.
func (b *vectorsBuilder) textLine(text string) error {
	if b.v.Dim == 0 {
		b.v.Dim = strings.Count(text, " ")
		if b.v.Dim < 1 || b.v.Dim > maxDim {
			return fmt.Errorf("expected a word and 1 to %d numbers, found %.60q", maxDim, text)
		}
	}
	vector := make([]float32, b.v.Dim)
	for i := len(vector) - 1; i >= 0; i-- {
		at := strings.LastIndexByte(text, ' ')
		if at < 0 {
			return fmt.Errorf("expected a word and %d numbers, found %d", b.v.Dim, len(vector)-1-i)
		}
		x, err := strconv.ParseFloat(text[at+1:], 32)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("expected a number, found %.40q; a vector has %d", text[at+1:], b.v.Dim)
		}
		vector[i], text = float32(x), text[:at]
	}
	return b.add(text, vector)
}

// readBinary reads word2vec's binary form: a line with the numbers of words and dimensions, then for each word its bytes, a
// space, and Dim floats of 32 bits; some writers end it with a line break.
func (b *vectorsBuilder) readBinary(in *bufio.Reader) error {
	first, err := readUntil(in, '\n', 100)
	if err != nil || !b.header(first) {
		return fmt.Errorf("expected a first line with the numbers of words and dimensions, found %.60q", first)
	}
	words, _ := strconv.Atoi(strings.Fields(first)[0])
	content := make([]byte, 4*b.v.Dim)
	for b.seen < words && !b.full() {
		word, err := readUntil(in, ' ', maxWordBytes)
		if err != nil {
			return fmt.Errorf("word %d of %d: %w", b.seen+1, words, err)
		}
		word = strings.TrimLeft(word, "\n")
		if _, err := io.ReadFull(in, content); err != nil {
			return fmt.Errorf("word %d of %d, %.40q: its vector is cut short", b.seen+1, words, word)
		}
		vector, err := floats(content)
		if err == nil {
			err = b.add(word, vector)
		}
		if err != nil {
			return fmt.Errorf("word %d of %d, %.40q: %w", b.seen+1, words, word, err)
		}
	}
	return nil
}

func floats(content []byte) ([]float32, error) {
	vector := make([]float32, len(content)/4)
	for i := range vector {
		c := content[4*i:]
		vector[i] = math.Float32frombits(uint32(c[0]) | uint32(c[1])<<8 | uint32(c[2])<<16 | uint32(c[3])<<24)
		if x := float64(vector[i]); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("number %d is %v", i, x)
		}
	}
	return vector, nil
}

// readUntil reads up to a byte, which is left out, and so many bytes at most.
func readUntil(in *bufio.Reader, end byte, most int) (string, error) {
	var b []byte
	for len(b) < most {
		c, err := in.ReadByte()
		if err == io.EOF {
			return string(b), errors.New("the file is cut short")
		}
		if err != nil {
			return string(b), err
		}
		if c == end {
			return string(b), nil
		}
		b = append(b, c)
	}
	return string(b), fmt.Errorf("%.40q goes on for more than %d bytes", b, most)
}

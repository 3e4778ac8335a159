package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"

	"multitorch/tokenizers"
)

// An answer is what one of the two sides says to a text: per token id, offsets, word, and type and special flag.
type answer struct {
	tokens [][5]int32
	text   string
}

func readAnswer(r *bufio.Reader) (answer, error) {
	var a answer
	var n int32
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
		return a, err
	}
	a.tokens = make([][5]int32, n)
	if err := binary.Read(r, binary.LittleEndian, a.tokens); err != nil {
		return a, err
	}
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
		return a, err
	}
	text := make([]byte, n)
	_, err := io.ReadFull(r, text)
	a.text = string(text)
	return a, err
}

func goAnswer(t *tokenizers.Tokenizer, text string) (answer, error) {
	var a answer
	e, err := t.Encode(text)
	if err != nil {
		return a, err
	}
	a.tokens = make([][5]int32, e.Len())
	for i := range a.tokens {
		a.tokens[i] = [5]int32{
			int32(e.IDs[i]), int32(e.Offsets[i].Start), int32(e.Offsets[i].End), int32(e.Words[i]),
			int32(e.TypeIDs[i]*2 + e.SpecialTokensMask[i]),
		}
	}
	a.text, err = t.Decode(e.IDs)
	return a, err
}

// errDied says that Python stopped before all texts were answered.
var errDied = errors.New("python stopped")

// compare answers each text on both sides, and shows the first differences. It returns how many there are.
func compare(python, script, file string, texts func(yield func(string) bool)) (asked, different int, err error) {
	t, err := tokenizers.FromFile(file)
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.Command(python, script, file)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, 0, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	waiting := make(chan string, 4096)
	go func() {
		defer close(waiting)
		defer in.Close()
		w := bufio.NewWriter(in)
		defer w.Flush()
		encoder := json.NewEncoder(w)
		for text := range texts {
			waiting <- text
			if encoder.Encode(text) != nil {
				return
			}
		}
	}()
	r := bufio.NewReaderSize(out, 1<<20)
	for text := range waiting {
		theirs, err := readAnswer(r)
		if err != nil {
			return asked, different, fmt.Errorf("%w after %d texts (%w)", errDied, asked, err)
		}
		ours, err := goAnswer(t, text)
		if err != nil {
			return asked, different, fmt.Errorf("%q: %w", text, err)
		}
		asked++
		if slices.Equal(ours.tokens, theirs.tokens) && ours.text == theirs.text {
			continue
		}
		if different++; different <= 3 {
			fmt.Printf("  text   %q\n  python %v %q\n  go     %v %q\n", text, theirs.tokens, theirs.text, ours.tokens, ours.text)
		}
	}
	return asked, different, cmd.Wait()
}

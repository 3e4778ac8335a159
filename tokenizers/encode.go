package tokenizers

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// An Input is a text, or a pair of texts.
type Input struct {
	Text string
	// Words is a text that was split already, instead of Text: tokens know which word they are from, and offsets count
	// in that word.
	Words []string
	// Pair is the second text; its own Pair is not looked at.
	Pair *Input
	// NoSpecialTokens leaves special tokens out.
	NoSpecialTokens bool
	// Random draws the dropout of a BPE model that has one; nil: another one each time.
	Random *rand.Rand
}

// Encode makes tokens of a text, with special tokens. Bytes that aren't UTF-8 count as U+FFFD.
func (t *Tokenizer) Encode(text string) (*Encoding, error) {
	return t.EncodeInput(Input{Text: text})
}

// EncodePair makes tokens of a pair of texts, with special tokens.
func (t *Tokenizer) EncodePair(text, pair string) (*Encoding, error) {
	return t.EncodeInput(Input{Text: text, Pair: &Input{Text: pair}})
}

// EncodeInput makes tokens of an input.
func (t *Tokenizer) EncodeInput(in Input) (*Encoding, error) {
	e, err := t.encode(in)
	if err != nil {
		return nil, errorf("tokenizers: %w", err)
	}
	e.fillSequences()
	return e, nil
}

// EncodeBatch makes tokens of texts, on all processors, and pads them to one length if the tokenizer pads.
func (t *Tokenizer) EncodeBatch(texts []string) ([]*Encoding, error) {
	inputs := make([]Input, len(texts))
	for i, text := range texts {
		inputs[i].Text = text
	}
	return t.EncodeInputs(inputs)
}

// EncodeInputs makes tokens of inputs, on all processors.
func (t *Tokenizer) EncodeInputs(inputs []Input) ([]*Encoding, error) {
	out := make([]*Encoding, len(inputs))
	err := inParallel(len(inputs), func(i int) (err error) {
		if out[i], err = t.encode(inputs[i]); err != nil {
			return errorf("tokenizers: text %d of %d: %w", i, len(inputs), err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if t.config.Padding != nil {
		t.config.Padding.apply(out)
	}
	for _, e := range out {
		e.fillSequences()
	}
	return out, nil
}

// inParallel calls f for 0 to n-1. The error is that of the smallest number.
func inParallel(n int, f func(i int) error) error {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		for i := range n {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	var (
		next   atomic.Int64
		failed atomic.Bool
		wait   sync.WaitGroup
		errs   = make([]error, n)
	)
	for range workers {
		wait.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if errs[i] = f(i); errs[i] != nil {
					failed.Store(true)
				}
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Tokenizer) encode(in Input) (*Encoding, error) {
	s := t.scratch.Get().(*scratch)
	defer t.scratch.Put(s)
	s.random = in.Random
	first, err := t.encodeText(&in, s)
	if err != nil {
		return nil, err
	}
	var second *Encoding
	if in.Pair != nil {
		if second, err = t.encodeText(in.Pair, s); err != nil {
			return nil, err
		}
		second.setTypeIDs(1)
	}
	return t.finish(first, second, !in.NoSpecialTokens)
}

func (t *Tokenizer) encodeText(in *Input, s *scratch) (*Encoding, error) {
	if in.Words == nil {
		return t.encodeString(in.Text, -1, s)
	}
	all := newEncoding(len(in.Words))
	for i, word := range in.Words {
		e, err := t.encodeString(word, i, s)
		if err != nil {
			return nil, err
		}
		all.appendLists(e)
	}
	return all, nil
}

// encodeString makes tokens of one text, all of which are of a word, unless word is below 0.
func (t *Tokenizer) encodeString(text string, word int, s *scratch) (*Encoding, error) {
	if len(text) > math.MaxInt32 {
		return nil, errorf("a text of %d bytes is too long: 2 GiB are the most", len(text))
	}
	var places []int32 // of the bytes of a text that had to be mended
	if mended := checkUTF8(text); mended != text {
		places = lossyPlaces(text)
		text = mended
	}
	pieces, err := t.pieces(text)
	if err != nil {
		return nil, err
	}
	total := 0
	tokens := s.tokens[:0]
	for i := range pieces {
		p := &pieces[i]
		if !p.done {
			before := len(tokens)
			if tokens, err = t.model.tokenize(p, s, tokens); err != nil {
				return nil, err
			}
			p.tokens = tokens[before:len(tokens):len(tokens)]
		}
		total += len(p.tokens)
	}
	s.tokens = tokens
	e := newEncoding(total)
	chars := countChars(text)
	for i := range pieces {
		p := &pieces[i]
		at := i
		if word >= 0 {
			at = word
		}
		for _, tok := range p.tokens {
			start, end := p.tokenSpan(tok)
			name := tok.text
			if name == "" {
				name, _ = t.model.name(tok.id)
			}
			bytes := Offset{start, end}
			if places != nil {
				bytes = Offset{int(places[min(start, len(text))]), int(places[min(end, len(text))])}
			}
			e.add(int64(tok.id), name, at, chars.offset(start, end), bytes, 0, 1)
		}
	}
	if cap(s.tokens) > 1<<16 || cap(s.best) > 1<<16 || cap(s.word.symbols) > 1<<16 { // of a long text: not to be kept
		s.tokens, s.best = nil, nil
		s.word.symbols, s.word.queue, s.word.skipped = nil, nil, nil
	}
	return e, nil
}

// pieces cuts a text into what the model gets, and added tokens.
func (t *Tokenizer) pieces(text string) ([]piece, error) {
	whole := newPiece(text)
	var raw, pieces []piece
	if raw = t.added.cut(&whole, t.added.raw, nil); len(raw) == 0 {
		return nil, nil
	}
	for i := range raw {
		if raw[i].done {
			pieces = append(pieces, raw[i])
			continue
		}
		if err := t.normalize(&raw[i]); err != nil {
			return nil, err
		}
		pieces = t.added.cut(&raw[i], t.added.normal, pieces)
	}
	if t.preTokenize == nil {
		return pieces, nil
	}
	return t.preTokenize(pieces)
}

// tokenSpan is where a token came from.
func (p *piece) tokenSpan(tok token) (start, end int) {
	if tok.start >= tok.end || int(tok.end) > len(p.text) { // of no bytes: as PyPI's tokenizers has it
		return p.start + int(tok.start), p.start + int(tok.end)
	}
	return p.span(int(tok.start), int(tok.end))
}

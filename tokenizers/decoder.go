package tokenizers

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Decoder makes text of tokens: one of the types that say so.
type Decoder interface {
	decoder() (decode, error)
}

// decode changes a list of tokens, whose texts are joined at the end.
type decode func([]string) ([]string, error)

// DecoderSequence applies one after another.
type DecoderSequence struct {
	Decoders []Decoder `json:"decoders"`
}

// WordPieceDecoder joins words: a token without the prefix begins a new one. Cleanup takes spaces before punctuation
// away, so that text doesn't come back as it was.
type WordPieceDecoder struct {
	Prefix  string `json:"prefix"`
	Cleanup bool   `json:"cleanup"`
}

// BPEDecoder makes spaces of the suffix that ends words.
type BPEDecoder struct {
	Suffix string `json:"suffix"`
}

// CTC joins what a network says for each moment: repeated tokens are one, and the pad token nothing.
type CTC struct {
	PadToken           string `json:"pad_token"`
	WordDelimiterToken string `json:"word_delimiter_token"`
	Cleanup            bool   `json:"cleanup"`
}

type (
	// ByteFallback makes text of tokens <0xE2>; a run of them that isn't UTF-8 becomes one U+FFFD for each.
	ByteFallback struct{}
	// Fuse joins all tokens to one.
	Fuse struct{}
)

// StripDecoder cuts a character off each token, up to so many times at its beginning and end.
type StripDecoder struct {
	Content Char `json:"content"`
	Start   int  `json:"start"`
	Stop    int  `json:"stop"`
}

func (s DecoderSequence) decoder() (decode, error) {
	steps := make([]decode, len(s.Decoders))
	for i, d := range s.Decoders {
		if d == nil {
			return nil, errorf("decoder: number %d of a Sequence is missing", i)
		}
		step, err := d.decoder()
		if err != nil {
			return nil, err
		}
		steps[i] = step
	}
	return func(tokens []string) (_ []string, err error) {
		size := textSize(tokens) + len(tokens)
		for _, step := range steps {
			if tokens, err = step(tokens); err != nil {
				return nil, err
			}
			if err := checkGrowth(textSize(tokens), size); err != nil {
				return nil, errorf("decoder: %w", err)
			}
		}
		return tokens, nil
	}, nil
}

// eachToken decodes token by token.
func eachToken(f func(i int, token string) string) (decode, error) {
	return func(tokens []string) ([]string, error) {
		for i, token := range tokens {
			tokens[i] = f(i, token)
		}
		return tokens, nil
	}, nil
}

var cleanups = [][2]string{
	{" .", "."},
	{" ?", "?"},
	{" !", "!"},
	{" ,", ","},
	{" ' ", "'"},
	{" n't", "n't"},
	{" 'm", "'m"},
	{" do not", " don't"},
	{" 's", "'s"},
	{" 've", "'ve"},
	{" 're", "'re"},
}

// CleanUp takes the spaces away that WordPiece leaves before punctuation and contractions, as decoders with Cleanup do
// for each token.
func CleanUp(text string) string {
	for _, c := range cleanups {
		text = strings.ReplaceAll(text, c[0], c[1])
	}
	return text
}

func (d WordPieceDecoder) decoder() (decode, error) {
	return eachToken(func(i int, token string) string {
		if i > 0 {
			rest, ok := strings.CutPrefix(token, d.Prefix)
			if !ok {
				rest = " " + token
			}
			token = rest
		}
		if d.Cleanup {
			token = CleanUp(token)
		}
		return token
	})
}

func (d BPEDecoder) decoder() (decode, error) {
	return func(tokens []string) ([]string, error) {
		for i, token := range tokens {
			space := " "
			if i == len(tokens)-1 {
				space = ""
			}
			tokens[i] = strings.ReplaceAll(token, d.Suffix, space)
		}
		return tokens, nil
	}, nil
}

func (d CTC) decoder() (decode, error) {
	return func(tokens []string) ([]string, error) {
		out := make([]string, 0, len(tokens))
		for i, token := range tokens {
			if i > 0 && token == tokens[i-1] {
				continue
			}
			token = strings.ReplaceAll(token, d.PadToken, "")
			if d.Cleanup {
				token = strings.ReplaceAll(CleanUp(token), d.WordDelimiterToken, " ")
			}
			if token != "" {
				out = append(out, token)
			}
		}
		return out, nil
	}, nil
}

func (ByteFallback) decoder() (decode, error) {
	return func(tokens []string) ([]string, error) {
		out := make([]string, 0, len(tokens))
		var run []byte
		flush := func() {
			switch {
			case len(run) == 0:
			case utf8.Valid(run):
				out = append(out, string(run))
			default:
				for range run {
					out = append(out, "\uFFFD")
				}
			}
			run = run[:0]
		}
		for _, token := range tokens {
			if b, ok := byteToken(token); ok {
				run = append(run, b)
				continue
			}
			flush()
			out = append(out, token)
		}
		flush()
		return out, nil
	}, nil
}

// byteToken is the byte that <0xE2> stands for; Rust's parser also takes a plus before one digit.
func byteToken(token string) (byte, bool) {
	if len(token) != 6 || !strings.HasPrefix(token, "<0x") || token[5] != '>' {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(token[3:5], "+"), 16, 8)
	return byte(n), err == nil
}

func (Fuse) decoder() (decode, error) {
	return func(tokens []string) ([]string, error) { return []string{strings.Join(tokens, "")}, nil }, nil
}

func (d StripDecoder) decoder() (decode, error) {
	if d.Start < 0 || d.Stop < 0 {
		return nil, errorf("decoder: Strip: start %d and stop %d: want numbers of characters", d.Start, d.Stop)
	}
	content := string(rune(d.Content))
	return eachToken(func(_ int, token string) string {
		whole := token
		for i := 0; i < d.Start && strings.HasPrefix(token, content); i++ {
			token = token[len(content):]
		}
		start := len(whole) - len(token)
		token = whole
		for i := 0; i < d.Stop && strings.HasSuffix(token, content); i++ {
			token = token[:len(token)-len(content)]
		}
		return whole[min(start, len(token)):len(token)]
	})
}

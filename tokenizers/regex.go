package tokenizers

import (
	"maps"
	"slices"
	"time"

	"github.com/dlclark/regexp2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Patterns of a hostile file can take exponentially long: one match may take regexTime, and all those of a text the same
// and runeTime for each character.
const (
	regexTime = 5 * time.Second
	runeTime  = 500 * time.Microsecond
)

// A Pattern is what Split and Replace look for: a text, or a regular expression.
type Pattern struct {
	String string
	Regex  string // taken if it isn't empty
}

// MarshalJSONTo writes {"String": "text"} or {"Regex": "expression"}.
func (p Pattern) MarshalJSONTo(to *jsontext.Encoder) error {
	if p.Regex != "" {
		return json.MarshalEncode(to, map[string]string{"Regex": p.Regex})
	}
	return json.MarshalEncode(to, map[string]string{"String": p.String})
}

// UnmarshalJSONFrom reads it.
func (p *Pattern) UnmarshalJSONFrom(from *jsontext.Decoder) error {
	var given map[string]string
	if err := json.UnmarshalDecode(from, &given); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if key != "String" && key != "Regex" || len(given) != 1 {
			return errorf("unknown pattern %s: want either String or Regex", clip(key))
		}
	}
	if len(given) == 0 {
		return errorf("a pattern is empty: want either String or Regex")
	}
	*p = Pattern{given["String"], given["Regex"]}
	return nil
}

// A finder lists a text's matches and what lies between them.
type finder func(text string, out []match) ([]match, error)

func (p Pattern) finder() (finder, error) {
	if p.Regex == "" {
		if p.String == "" {
			return emptyMatches, nil
		}
		return func(text string, out []match) ([]match, error) { return literalMatches(text, p.String, out), nil }, nil
	}
	if scan := scannerOf(p.Regex); scan != nil {
		return func(text string, out []match) ([]match, error) {
			for i := 0; i < len(text); {
				end := scan(text, i)
				out = append(out, match{i, end, true})
				i = end
			}
			return out, nil
		}, nil
	}
	return regexFinder(p.Regex)
}

func regexFinder(pattern string) (finder, error) {
	translated, err := translate(pattern)
	if err != nil {
		return nil, err
	}
	re, err := regexp2.Compile(translated, regexp2.None)
	if err != nil {
		return nil, errorf("regular expression %s: %w", clip(pattern), err)
	}
	re.MatchTimeout = regexTime
	return func(text string, out []match) ([]match, error) { return findRegex(re, text, out) }, nil
}

// emptyMatches is what an empty text matches: the place before each character, and the end.
func emptyMatches(text string, out []match) ([]match, error) {
	last := 0
	for i := range text {
		if i > 0 {
			out = append(out, match{last, i, false})
		}
		out = append(out, match{i, i, true})
		last = i
	}
	if last < len(text) {
		out = append(out, match{last, len(text), false}, match{len(text), len(text), true})
	}
	return out, nil
}

// findRegex finds matches from left to right; empty ones that follow another are passed over, as Oniguruma's iterator
// does.
func findRegex(re *regexp2.Regexp, text string, out []match) ([]match, error) {
	runes := make([]rune, 0, len(text))
	places := make([]int, 0, len(text)+1)
	for i, r := range text {
		runes = append(runes, r)
		places = append(places, i)
	}
	places = append(places, len(text))
	last, lastMatch, at := 0, -1, 0
	limit := regexTime + time.Duration(len(runes))*runeTime
	deadline := time.Now().Add(limit)
	for at <= len(runes) {
		m, err := re.FindRunesMatchStartingAt(runes, at)
		if err == nil && time.Now().After(deadline) {
			err = errorf("%v are over", limit)
		}
		if err != nil {
			return nil, errorf("a regular expression took longer than it may on a text of %d characters: is it hostile? (%s)",
				len(runes), clip(err.Error()))
		}
		if m == nil {
			break
		}
		start, end := m.Index, m.Index+m.Length
		if start == end && end == lastMatch {
			at++
			continue
		}
		if last < places[start] {
			out = append(out, match{last, places[start], false})
		}
		last = places[end]
		out = append(out, match{places[start], last, true})
		lastMatch, at = end, end
	}
	if last < len(text) {
		out = append(out, match{last, len(text), false})
	}
	return out, nil
}

// Split splits at what a pattern matches, or with Invert at what it doesn't.
type Split struct {
	Pattern  Pattern  `json:"pattern"`
	Behavior Behavior `json:"behavior"`
	Invert   bool     `json:"invert"`
}

func (s Split) preTokenizer() (preTokenize, error) {
	if err := s.Behavior.check(); err != nil {
		return nil, errorf("pre_tokenizer: Split: %w", err)
	}
	find, err := s.Pattern.finder()
	if err != nil {
		return nil, errorf("pre_tokenizer: Split: %w", err)
	}
	return func(pieces []piece) ([]piece, error) {
		var matches []match
		return splitAll(pieces, func(p *piece, out []piece) ([]piece, error) {
			matches, err := find(p.text, matches[:0])
			if err != nil {
				return nil, err
			}
			if s.Invert {
				for i := range matches {
					matches[i].is = !matches[i].is
				}
			}
			return p.split(out, matches, s.Behavior), nil
		})
	}, nil
}

// Replace puts Content in the place of what a pattern matches: a normalizer and a decoder.
type Replace struct {
	Pattern Pattern `json:"pattern"`
	Content string  `json:"content"`
}

func (r Replace) normalizer() (normalize, error) {
	find, err := r.Pattern.finder()
	if err != nil {
		return nil, errorf("normalizer: Replace: %w", err)
	}
	return func(p *piece) error {
		if p.text == "" {
			return nil
		}
		matches, err := find(p.text, nil)
		if err != nil {
			return err
		}
		if err := checkGrowth(replacedSize(matches, r.Content), p.end-p.start); err != nil {
			return errorf("normalizer: Replace: %w", err)
		}
		p.replace(matches, r.Content)
		return nil
	}, nil
}

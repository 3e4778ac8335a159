package tokenizers

import (
	"cmp"
	"slices"
	"strings"
)

// An AddedToken is found in a text before anything else happens to it, also inside words.
type AddedToken struct {
	// ID is that of the model's vocabulary, or the next free one: what a file says is no more than a hint.
	ID         uint32 `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"` // not inside words
	LStrip     bool   `json:"lstrip"`      // takes the white space before it in
	RStrip     bool   `json:"rstrip"`      // and after it
	Normalized bool   `json:"normalized"`  // is normalised, and looked for in normalised text
	Special    bool   `json:"special"`     // can be skipped in decoding
}

// SpecialTokens are tokens for Config.AddedTokens that are special.
func SpecialTokens(contents ...string) []AddedToken {
	tokens := make([]AddedToken, len(contents))
	for i, content := range contents {
		tokens[i] = AddedToken{Content: content, Special: true}
	}
	return tokens
}

// An addedVocab is the added tokens of a tokenizer.
type addedVocab struct {
	ids     map[string]uint32
	tokens  map[uint32]AddedToken
	names   map[uint32]string // normalised content where it differs
	special map[string]bool
	// raw are those looked for in the text as it is, normal those in normalised text.
	raw, normal *multiMatcher
}

// addTokens gives tokens their ids, as PyPI's tokenizers does: in the order of the list.
func addTokens(list []AddedToken, m model, normalize normalize) (*addedVocab, error) {
	v := &addedVocab{
		ids: map[string]uint32{}, tokens: map[uint32]AddedToken{}, names: map[uint32]string{}, special: map[string]bool{},
	}
	next := uint32(m.size())
	for _, token := range list {
		if token.Content == "" {
			continue
		}
		token.Content = checkUTF8(token.Content)
		id, ok := v.ids[token.Content]
		if !ok {
			if id, ok = m.id(token.Content); !ok {
				id = next
				next++
			}
		}
		token.ID = id
		if token.Normalized {
			p := newPiece(token.Content)
			if err := normalize(&p); err != nil {
				return nil, err
			}
			if p.text != token.Content {
				v.names[id] = p.text
			}
		}
		v.ids[token.Content] = id
		if token.Special {
			v.special[token.Content] = true
		}
		v.tokens[id] = token
	}
	v.build()
	return v, nil
}

func (v *addedVocab) build() {
	var raw, normal []needle
	for _, token := range v.list() {
		if !token.Normalized {
			raw = append(raw, needle{token.Content, token.ID})
			continue
		}
		content, _ := v.name(token.ID)
		normal = append(normal, needle{content, token.ID})
	}
	v.raw, v.normal = newMultiMatcher(raw), newMultiMatcher(normal)
}

// list is the tokens by id.
func (v *addedVocab) list() []AddedToken {
	tokens := make([]AddedToken, 0, len(v.tokens))
	for _, token := range v.tokens {
		tokens = append(tokens, token)
	}
	slices.SortFunc(tokens, func(a, b AddedToken) int { return cmp.Compare(a.ID, b.ID) })
	return tokens
}

// name is the text of an added token.
func (v *addedVocab) name(id uint32) (string, bool) {
	token, ok := v.tokens[id]
	if !ok {
		return "", false
	}
	if name, ok := v.names[id]; ok {
		return name, true
	}
	return token.Content, true
}

// cut cuts added tokens out of a piece.
func (v *addedVocab) cut(p *piece, m *multiMatcher, out []piece) []piece {
	text := p.text
	if text == "" {
		return out
	}
	last := 0
	m.each(text, func(start, end int, id uint32) {
		added := v.tokens[id]
		if added.SingleWord && (wordBefore(text, start) || wordAfter(text, end)) {
			return
		}
		if added.LStrip { // not before last, which was looked at already
			start = max(start, last)
			start -= trailingSpace(text[last:start])
		}
		if added.RStrip {
			end = max(end, last)
			end += leadingSpace(text[end:])
		}
		if last < start {
			out = append(out, p.slice(last, start))
		}
		if start >= end {
			return
		}
		q := p.slice(start, end)
		q.done = true
		q.tokens = []token{{id: id, end: int32(len(q.text)), text: q.text}}
		out = append(out, q)
		last = end
	})
	if last < len(text) {
		out = append(out, p.slice(last, len(text)))
	}
	return out
}

func wordBefore(text string, i int) bool {
	return i > 0 && unicodes().is(lastRune(text[:i]), classWord)
}

func wordAfter(text string, i int) bool {
	return i < len(text) && unicodes().is(firstRune(text[i:]), classWord)
}

func isSpace(r rune) bool { return unicodes().is(r, classSpace) }

func trailingSpace(text string) int { return len(text) - len(strings.TrimRightFunc(text, isSpace)) }
func leadingSpace(text string) int  { return len(text) - len(strings.TrimLeftFunc(text, isSpace)) }

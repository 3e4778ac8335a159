package tokenizers

import (
	"cmp"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Vocab gives tokens their ids.
type Vocab map[string]uint32

// byID are the tokens in the order of their ids.
func (v Vocab) byID() []string {
	tokens := make([]string, 0, len(v))
	for token := range v {
		tokens = append(tokens, token)
	}
	slices.SortFunc(tokens, func(a, b string) int {
		return cmp.Or(cmp.Compare(v[a], v[b]), cmp.Compare(a, b))
	})
	return tokens
}

// MarshalJSONTo writes the tokens in the order of their ids.
func (v Vocab) MarshalJSONTo(to *jsontext.Encoder) error {
	if err := to.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, token := range v.byID() {
		if err := to.WriteToken(jsontext.String(token)); err != nil {
			return err
		}
		if err := to.WriteToken(jsontext.Uint(uint64(v[token]))); err != nil {
			return err
		}
	}
	return to.WriteToken(jsontext.EndObject)
}

// ids are a vocabulary both ways. Ids close together lie in a slice.
type ids struct {
	of    map[string]uint32
	names []string
	far   map[uint32]string
}

func (v Vocab) index() *ids {
	highest := uint32(0)
	for _, id := range v {
		highest = max(highest, id)
	}
	x := &ids{of: v}
	if int64(highest) <= 4*int64(len(v))+1024 {
		x.names = make([]string, highest+1)
	} else {
		x.far = make(map[uint32]string, len(v))
	}
	for _, token := range v.byID() { // of tokens that share an id the last one names it
		if x.far != nil {
			x.far[v[token]] = token
		} else {
			x.names[v[token]] = token
		}
	}
	return x
}

// name is the token with an id.
func (x *ids) name(id uint32) (string, bool) {
	if x.far != nil {
		name, ok := x.far[id]
		return name, ok
	}
	if int(id) >= len(x.names) {
		return "", false
	}
	name := x.names[id]
	if name == "" { // a gap, or the token ""
		empty, ok := x.of[""]
		return "", ok && empty == id
	}
	return name, true
}

// A Char is one character, written as a text.
type Char rune

// MarshalJSONTo writes it.
func (c Char) MarshalJSONTo(to *jsontext.Encoder) error {
	return to.WriteToken(jsontext.String(string(rune(c))))
}

// UnmarshalJSONFrom reads it.
func (c *Char) UnmarshalJSONFrom(from *jsontext.Decoder) error {
	var text string
	if err := json.UnmarshalDecode(from, &text); err != nil {
		return err
	}
	runes := []rune(text)
	if len(runes) != 1 {
		return errorf("%q: want one character", clip(text))
	}
	*c = Char(runes[0])
	return nil
}

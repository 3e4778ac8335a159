package tokenizers

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A PostProcessor puts special tokens around the tokens of a text, or of a pair: one of the types that say so.
type PostProcessor interface {
	postProcessor() (postProcess, error)
}

// A postProcess is what a PostProcessor was built into.
type postProcess struct {
	// added is how many special tokens there will be.
	added func(pair bool) int
	apply func(parts []*Encoding, special bool) ([]*Encoding, error)
}

// PostProcessorSequence applies one after another.
type PostProcessorSequence struct {
	Processors []PostProcessor `json:"processors"`
}

func (s PostProcessorSequence) postProcessor() (postProcess, error) {
	steps := make([]postProcess, len(s.Processors))
	for i, p := range s.Processors {
		if p == nil {
			return postProcess{}, errorf("post_processor: number %d of a Sequence is missing", i)
		}
		step, err := p.postProcessor()
		if err != nil {
			return postProcess{}, err
		}
		steps[i] = step
	}
	return postProcess{
		added: func(pair bool) int {
			n := 0
			for _, step := range steps {
				n += step.added(pair)
			}
			return n
		},
		apply: func(parts []*Encoding, special bool) (_ []*Encoding, err error) {
			for _, step := range steps {
				if parts, err = step.apply(parts, special); err != nil {
					return nil, err
				}
			}
			return parts, nil
		},
	}, nil
}

// eachPart calls f for encodings and what overflowed from them.
func eachPart(parts []*Encoding, f func(e *Encoding)) {
	for _, e := range parts {
		f(e)
		for _, o := range e.Overflowing {
			f(o)
		}
	}
}

func (b ByteLevel) postProcessor() (postProcess, error) {
	return postProcess{
		added: func(bool) int { return 0 },
		apply: func(parts []*Encoding, _ bool) ([]*Encoding, error) {
			if b.TrimOffsets {
				eachPart(parts, func(e *Encoding) { trimOffsets(e, b.AddPrefixSpace) })
			}
			for i, e := range parts {
				e.setSequence(i)
			}
			return parts, nil
		},
	}, nil
}

// A SpecialToken is a token with its id, written ["[SEP]", 102].
type SpecialToken struct {
	Token string
	ID    uint32
}

// MarshalJSONTo writes it.
func (s SpecialToken) MarshalJSONTo(to *jsontext.Encoder) error {
	return json.MarshalEncode(to, [2]any{s.Token, s.ID})
}

// UnmarshalJSONFrom reads it.
func (s *SpecialToken) UnmarshalJSONFrom(from *jsontext.Decoder) error {
	var both []jsontext.Value
	if err := json.UnmarshalDecode(from, &both); err != nil {
		return err
	}
	if len(both) != 2 {
		return errorf("want a token and an id, got %d values", len(both))
	}
	if err := json.Unmarshal(both[0], &s.Token); err != nil {
		return err
	}
	return json.Unmarshal(both[1], &s.ID)
}

// BertProcessing makes [CLS] a [SEP], and [CLS] a [SEP] b [SEP] of a pair.
type BertProcessing struct {
	Sep SpecialToken `json:"sep"`
	Cls SpecialToken `json:"cls"`
}

func (b BertProcessing) postProcessor() (postProcess, error) {
	return postProcess{
		added: func(pair bool) int {
			if pair {
				return 3
			}
			return 2
		},
		apply: func(parts []*Encoding, special bool) ([]*Encoding, error) {
			if !special {
				return parts, nil
			}
			return surroundAll(parts, func(i int) (before, after []SpecialToken, typeID int64) {
				if i == 0 {
					return []SpecialToken{b.Cls}, []SpecialToken{b.Sep}, 0
				}
				return nil, []SpecialToken{b.Sep}, 1
			}), nil
		},
	}, nil
}

// RobertaProcessing makes <s> a </s>, and <s> a </s></s> b </s> of a pair, all of type 0.
type RobertaProcessing struct {
	Sep            SpecialToken `json:"sep"`
	Cls            SpecialToken `json:"cls"`
	TrimOffsets    bool         `json:"trim_offsets"`
	AddPrefixSpace bool         `json:"add_prefix_space"`
}

func (r RobertaProcessing) postProcessor() (postProcess, error) {
	return postProcess{
		added: func(pair bool) int {
			if pair {
				return 4
			}
			return 2
		},
		apply: func(parts []*Encoding, special bool) ([]*Encoding, error) {
			if r.TrimOffsets {
				eachPart(parts, func(e *Encoding) { trimOffsets(e, r.AddPrefixSpace) })
			}
			for _, e := range parts {
				e.setTypeIDs(0)
			}
			if !special {
				return parts, nil
			}
			for _, e := range parts {
				for _, o := range e.Overflowing {
					o.setTypeIDs(0)
				}
			}
			return surroundAll(parts, func(i int) (before, after []SpecialToken, typeID int64) {
				if i == 0 {
					return []SpecialToken{r.Cls}, []SpecialToken{r.Sep}, 0
				}
				return []SpecialToken{r.Sep}, []SpecialToken{r.Sep}, 0
			}), nil
		},
	}, nil
}

// surroundAll puts special tokens before and after each part, and what overflowed from it.
func surroundAll(parts []*Encoding, by func(i int) (before, after []SpecialToken, typeID int64)) []*Encoding {
	out := make([]*Encoding, len(parts))
	for i, e := range parts {
		before, after, typeID := by(i)
		surround := func(e *Encoding) *Encoding {
			s := newEncoding(len(before) + e.Len() + len(after))
			for _, t := range before {
				s.addSpecial(t.ID, t.Token, typeID)
			}
			s.appendLists(e)
			for j := len(before); j < s.Len(); j++ { // what is inside counts as neither special nor padding
				s.SpecialTokensMask[j], s.AttentionMask[j] = 0, 1
			}
			for _, t := range after {
				s.addSpecial(t.ID, t.Token, typeID)
			}
			s.setRange(i, [2]int{len(before), len(before) + e.Len()})
			return s
		}
		out[i] = surround(e)
		for _, o := range e.Overflowing {
			out[i].Overflowing = append(out[i].Overflowing, surround(o))
		}
	}
	return out
}

package tokenizers

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Padding fills encodings up to one length.
type Padding struct {
	Strategy        PaddingStrategy `json:"strategy"`
	Direction       Direction       `json:"direction"`
	PadToMultipleOf *int            `json:"pad_to_multiple_of"`
	PadID           uint32          `json:"pad_id"`
	PadTypeID       uint32          `json:"pad_type_id"`
	PadToken        string          `json:"pad_token"`
}

// A PaddingStrategy is the length that is padded to: a fixed one, or for 0 that of the batch's longest encoding.
type PaddingStrategy int

// BatchLongest pads a batch to its longest encoding.
const BatchLongest PaddingStrategy = 0

// PadTo is padding with a token on the right, to the batch's longest encoding.
func PadTo(id uint32, token string) *Padding {
	return &Padding{Direction: Right, PadID: id, PadToken: token}
}

// MarshalJSONTo writes "BatchLongest" or {"Fixed": 128}.
func (s PaddingStrategy) MarshalJSONTo(to *jsontext.Encoder) error {
	if s == BatchLongest {
		return to.WriteToken(jsontext.String("BatchLongest"))
	}
	return json.MarshalEncode(to, map[string]int{"Fixed": int(s)})
}

// UnmarshalJSONFrom reads it.
func (s *PaddingStrategy) UnmarshalJSONFrom(from *jsontext.Decoder) error {
	if from.PeekKind() == '"' {
		var name string
		if err := json.UnmarshalDecode(from, &name); err != nil {
			return err
		}
		if name != "BatchLongest" {
			return errorf("unknown strategy %q: want BatchLongest or {\"Fixed\": length}", clip(name))
		}
		*s = BatchLongest
		return nil
	}
	var fixed map[string]int
	if err := json.UnmarshalDecode(from, &fixed); err != nil {
		return err
	}
	n, ok := fixed["Fixed"]
	if !ok || len(fixed) != 1 || n < 0 {
		return errorf("unknown strategy: want BatchLongest or {\"Fixed\": length}")
	}
	*s = PaddingStrategy(n)
	return nil
}

// mostPadding bounds what a file can have every text padded to.
const mostPadding = 1 << 20

func (p *Padding) check() error {
	switch {
	case p.Direction != Left && p.Direction != Right:
		return errorf("padding: unknown direction %q: want Left or Right", p.Direction)
	case p.Strategy < 0 || p.Strategy > mostPadding:
		return errorf("padding: to %d tokens: want 0 to %d", p.Strategy, mostPadding)
	case p.PadToMultipleOf != nil && (*p.PadToMultipleOf < 0 || *p.PadToMultipleOf > mostPadding):
		return errorf("padding: pad_to_multiple_of is %d: want 0 to %d", *p.PadToMultipleOf, mostPadding)
	}
	return nil
}

// apply pads encodings, and what overflowed from them, to one length.
func (p *Padding) apply(batch []*Encoding) {
	length := int(p.Strategy)
	if length == 0 {
		for _, e := range batch {
			length = max(length, e.Len())
		}
	}
	if m := p.PadToMultipleOf; m != nil && *m > 0 && length%*m > 0 {
		length += *m - length%*m
	}
	for _, e := range batch {
		p.pad(e, length)
	}
}

func (p *Padding) pad(e *Encoding, length int) {
	for _, o := range e.Overflowing {
		p.pad(o, length)
	}
	n := length - e.Len()
	if n <= 0 {
		return
	}
	out := newEncoding(length)
	fill := func() {
		for range n {
			out.add(int64(p.PadID), p.PadToken, -1, Offset{}, Offset{}, 1, 0)
			out.TypeIDs[len(out.TypeIDs)-1] = int64(p.PadTypeID)
		}
	}
	shift := 0
	if p.Direction == Left {
		fill()
		shift = n
	}
	out.appendLists(e)
	if p.Direction == Right {
		fill()
	}
	for id, r := range e.ranges {
		out.setRange(id, [2]int{r[0] + shift, r[1] + shift})
	}
	out.Overflowing = e.Overflowing
	*e = *out
}

package tokenizers

import "slices"

// Truncation cuts long texts. Special tokens count.
type Truncation struct {
	Direction Direction          `json:"direction" default:"Right"`
	MaxLength int                `json:"max_length"`
	Strategy  TruncationStrategy `json:"strategy"`
	Stride    int                `json:"stride"` // tokens that an encoding shares with the one it overflows into
}

// A Direction is the side that is cut or padded.
type Direction string

// The directions.
const (
	Left  Direction = "Left"
	Right Direction = "Right"
)

// A TruncationStrategy says which text of a pair is cut.
type TruncationStrategy string

// The strategies.
const (
	LongestFirst TruncationStrategy = "LongestFirst"
	OnlyFirst    TruncationStrategy = "OnlyFirst"
	OnlySecond   TruncationStrategy = "OnlySecond"
)

func (t *Truncation) check(added int) error {
	switch {
	case t.MaxLength < 0 || t.Stride < 0:
		return errorf("truncation: max_length %d and stride %d: want numbers of tokens", t.MaxLength, t.Stride)
	case t.Direction != Left && t.Direction != Right:
		return errorf("truncation: unknown direction %q: want Left or Right", t.Direction)
	case !slices.Contains([]TruncationStrategy{LongestFirst, OnlyFirst, OnlySecond}, t.Strategy):
		return errorf("truncation: unknown strategy %q: want LongestFirst, OnlyFirst or OnlySecond", t.Strategy)
	case t.MaxLength < added:
		return errorf("truncation: max_length is %d, but there are %d special tokens", t.MaxLength, added)
	case t.MaxLength > added && t.Stride >= t.MaxLength-added:
		return errorf("truncation: stride is %d: want less than the %d tokens that special ones leave of max_length",
			t.Stride, t.MaxLength-added)
	}
	return nil
}

// apply cuts a text, or a pair, to most tokens.
func (t *Truncation) apply(e, other *Encoding, most int) (*Encoding, *Encoding, error) {
	n1, n2 := e.Len(), 0
	if other != nil {
		n2 = other.Len()
	}
	remove := n1 + n2 - most
	if most > 0 && remove <= 0 {
		return e, other, nil
	}
	if most > 0 && t.Strategy != LongestFirst {
		first := t.Strategy == OnlyFirst
		if !first && other == nil {
			return nil, nil, errorf("truncation is OnlySecond, but there is no second text")
		}
		cut := &n1
		if !first {
			cut = &n2
		}
		if *cut <= remove {
			return nil, nil, errorf("truncation is %s: that text has %d tokens, but %d must go", t.Strategy, *cut, remove)
		}
		*cut -= remove
	} else if most <= 0 {
		n1, n2 = 0, 0
	} else if other == nil {
		n1 = most
	} else {
		n1, n2 = shorten(n1, n2, most)
	}
	var err error
	if e, err = t.cut(e, n1); err == nil && other != nil {
		other, err = t.cut(other, n2)
	}
	return e, other, err
}

// shorten is how long the texts of a pair become: the shorter one stays if the other one can make up for it.
func shorten(n1, n2, most int) (int, int) {
	swap := n1 > n2
	if swap {
		n1, n2 = n2, n1
	}
	if n1 > most {
		n2 = n1
	} else {
		n2 = max(n1, most-n1)
	}
	if n1+n2 > most {
		n1 = most / 2
		n2 = n1 + most%2
	}
	if swap {
		n1, n2 = n2, n1
	}
	return n1, n2
}

// mostParts bounds the tokens of the parts of one text that share many with each other.
const mostParts = 1 << 24

// cut keeps n tokens and puts the others into overflowing encodings.
func (t *Truncation) cut(e *Encoding, n int) (*Encoding, error) {
	total := e.Len()
	if n >= total {
		return e, nil
	}
	if n == 0 {
		return &Encoding{Overflowing: []*Encoding{e}}, nil
	}
	if t.Stride >= n {
		return nil, errorf("truncation: stride is %d, want less than the %d tokens that are left", t.Stride, n)
	}
	if count := (total-n-1)/(n-t.Stride) + 2; count > (mostParts+4*total)/n {
		return nil, errorf("truncation: stride is %d of %d tokens: a text of %d tokens would become %d overlapping parts",
			t.Stride, n, total, count)
	}
	var parts []*Encoding
	if t.Direction == Left {
		for stop := total; ; stop -= n - t.Stride {
			start := max(stop-n, 0)
			parts = append(parts, e.part(start, stop))
			if start == 0 {
				break
			}
		}
	} else {
		for start := 0; ; start += n - t.Stride {
			stop := min(start+n, total)
			parts = append(parts, e.part(start, stop))
			if stop == total {
				break
			}
		}
	}
	for i := range parts { // those that overlap mustn't share what is changed later
		parts[i] = parts[i].clone()
	}
	parts[0].Overflowing = parts[1:]
	return parts[0], nil
}

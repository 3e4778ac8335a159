package processors

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"multitorch/multimodal/image"
)

// Size is how large a picture becomes, in one of four ways.
type Size struct {
	Height       int `json:"height,omitzero"` // exactly Height x Width
	Width        int `json:"width,omitzero"`
	ShortestEdge int `json:"shortest_edge,omitzero"` // the shorter side, in proportion
	LongestEdge  int `json:"longest_edge,omitzero"`  // and the longer one at most
	MaxHeight    int `json:"max_height,omitzero"`    // as large as fits, in proportion
	MaxWidth     int `json:"max_width,omitzero"`

	side int // a mere number, which the kind makes height and width, or shortest_edge, of
}

func square(n int) Size  { return Size{Height: n, Width: n} }
func shorter(n int) Size { return Size{ShortestEdge: n} }

func (s Size) isBox() bool { return s.Height > 0 && s.Width > 0 }

// String is the settings: "height 224, width 224".
func (s Size) String() string {
	var b strings.Builder
	for _, v := range s.named() {
		if *v.value != 0 {
			fmt.Fprintf(&b, ", %s %d", strings.ReplaceAll(v.name, "_", " "), *v.value)
		}
	}
	if b.Len() == 0 {
		return "nothing"
	}
	return b.String()[2:]
}

type sizeValue struct {
	name  string
	value *int
}

func (s *Size) named() []sizeValue {
	return []sizeValue{
		{"height", &s.Height},
		{"width", &s.Width},
		{"shortest_edge", &s.ShortestEdge},
		{"longest_edge", &s.LongestEdge},
		{"max_height", &s.MaxHeight},
		{"max_width", &s.MaxWidth},
	}
}

// together are the keys that a size has, as Transformers knows them.
var together = map[string]bool{
	"height width": true, "shortest_edge": true, "shortest_edge longest_edge": true, "max_height max_width": true,
}

// maxSide is what package image makes at most.
const maxSide = 1 << 16

// UnmarshalJSON reads an object of one of the ways, a list of height and width, or a number, as old files have them.
func (s *Size) UnmarshalJSON(b []byte) error {
	*s = Size{}
	var keys []string
	switch {
	case b[0] == '{':
		got := map[string]*int{}
		if err := json.Unmarshal(b, &got); err != nil {
			return fmt.Errorf("expected whole numbers, got %.80s", b)
		}
		for _, v := range s.named() {
			if n := got[v.name]; n != nil {
				*v.value, keys = *n, append(keys, v.name)
			}
			delete(got, v.name)
		}
		if unknown := listed(got); unknown != "" || !together[strings.Join(keys, " ")] {
			return fmt.Errorf("expected height and width, shortest_edge (and longest_edge), or max_height and max_width, got %.200s", b)
		}
	case b[0] == '[':
		var box []int
		if err := json.Unmarshal(b, &box); err != nil || len(box) != 2 {
			return fmt.Errorf("expected [height, width], got %.80s", b)
		}
		s.Height, s.Width, keys = box[0], box[1], []string{"height", "width"}
	default:
		if err := json.Unmarshal(b, &s.side); err != nil {
			return fmt.Errorf("expected a whole number, a list or an object, got %.80s", b)
		}
		return inRange(s.side)
	}
	for _, v := range s.named() {
		if !slices.Contains(keys, v.name) {
			continue
		}
		if err := inRange(*v.value); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	return nil
}

func inRange(n int) error {
	if n < 1 || n > maxSide {
		return fmt.Errorf("expected 1 to %d pixels, got %d", maxSide, n)
	}
	return nil
}

// settle makes of a mere number what the kind takes it for.
func (s *Size) settle(toSquare bool) {
	if s.side == 0 {
		return
	}
	*s = map[bool]Size{true: square(s.side), false: shorter(s.side)}[toSquare]
}

// of is the height and width that a picture becomes.
func (s Size) of(m *image.Image) (height, width int) {
	switch {
	case s.isBox():
		return s.Height, s.Width
	case s.MaxHeight > 0:
		scale := min(float64(s.MaxHeight)/float64(m.Height), float64(s.MaxWidth)/float64(m.Width))
		return int(float64(m.Height) * scale), int(float64(m.Width) * scale)
	}
	short, long := min(m.Height, m.Width), max(m.Height, m.Width)
	size, exact := s.ShortestEdge, float64(s.ShortestEdge)
	if limit := float64(s.LongestEdge); s.LongestEdge > 0 && float64(long)/float64(short)*exact > limit {
		exact = limit * float64(short) / float64(long)
		size = int(math.RoundToEven(exact))
	}
	other := int(exact * float64(long) / float64(short))
	if size == short {
		other = long
	}
	if m.Width <= m.Height {
		return other, size
	}
	return size, other
}

package text

import (
	"fmt"

	"multitorch/torch"
)

type padConfig struct {
	value    int64
	length   int
	most     int
	truncate Truncate
	left     bool
}

// PadOption is an option of [Pad]: [PadValue], [FixedLength], [MaxLength], a [Truncate], [PadLeft].
type PadOption interface{ pad(*padConfig) }

// PadValue fills lists up. The default is 0.
type PadValue int64

// FixedLength is how long the lists become, whatever the longest is. The default is the length of the longest.
type FixedLength int

// MaxLength is how long lists may be. The default is no limit.
type MaxLength int

// Truncate says what becomes of a list that is longer than MaxLength or FixedLength.
type Truncate string

// The ways to truncate.
const (
	KeepFirst Truncate = "first" // the default
	KeepLast  Truncate = "last"
	Refuse    Truncate = "refuse" // an error, which names the list
)

// PadLeft(true) fills lists up at their beginnings.
type PadLeft bool

func (v PadValue) pad(c *padConfig)    { c.value = int64(v) }
func (n FixedLength) pad(c *padConfig) { c.length = int(n) }
func (n MaxLength) pad(c *padConfig)   { c.most = int(n) }
func (t Truncate) pad(c *padConfig)    { c.truncate = t }
func (l PadLeft) pad(c *padConfig)     { c.left = bool(l) }

// Pad brings lists of numbers to one length T: ids, int64 [N, T], and how many of each are its own, int64 [N], which is
// what [nn.PackPaddedSequence] takes. Lists may be empty, their length is then 0. No lists at all are an error.
func Pad(lists [][]int64, opts ...PadOption) (ids, lengths *torch.Tensor, err error) {
	c := padConfig{truncate: KeepFirst}
	for _, o := range opts {
		o.pad(&c)
	}
	if err := c.check(len(lists)); err != nil {
		return nil, nil, err
	}
	cut := make([][]int64, len(lists))
	counts := make([]int64, len(lists))
	longest := 0
	for i, list := range lists {
		if cut[i], err = c.cut(list); err != nil {
			return nil, nil, fmt.Errorf("text: list %d %w", i, err)
		}
		counts[i] = int64(len(cut[i]))
		longest = max(longest, len(cut[i]))
	}
	if c.length > 0 {
		longest = c.length
	}
	if float64(len(lists))*float64(longest) > maxPadded {
		return nil, nil, fmt.Errorf("text: %d lists of %d numbers are too many for one tensor: MaxLength makes them shorter", len(lists), longest)
	}
	flat := make([]int64, len(lists)*longest)
	for i, list := range cut {
		row := flat[i*longest : (i+1)*longest]
		start := 0
		if c.left {
			start = longest - len(list)
		}
		for k := range row {
			row[k] = c.value
		}
		copy(row[start:], list)
	}
	err = torch.Try(func() error {
		ids, lengths = torch.FromSlice(flat, len(lists), longest), torch.FromSlice(counts)
		return nil
	})
	return ids, lengths, err
}

// maxPadded is how many numbers Pad makes at most: 2 GiB.
const maxPadded = 1 << 28

func (c padConfig) check(n int) error {
	switch {
	case n == 0:
		return fmt.Errorf("text: there is nothing to pad: expected at least one list")
	case c.length < 0 || c.most < 0:
		return fmt.Errorf("text: FixedLength %d and MaxLength %d: expected lengths of at least 1", c.length, c.most)
	case c.truncate != KeepFirst && c.truncate != KeepLast && c.truncate != Refuse:
		return fmt.Errorf("text: Truncate %.20q: expected %q, %q or %q", c.truncate, KeepFirst, KeepLast, Refuse)
	}
	return nil
}

// cut is a list as long as it may be.
func (c padConfig) cut(list []int64) ([]int64, error) {
	most := len(list)
	if c.most > 0 {
		most = min(most, c.most)
	}
	if c.length > 0 {
		most = min(most, c.length)
	}
	switch {
	case most == len(list):
		return list, nil
	case c.truncate == Refuse:
		return nil, fmt.Errorf("has %d numbers: expected at most %d", len(list), most)
	case c.truncate == KeepLast:
		return list[len(list)-most:], nil
	}
	return list[:most], nil
}

package emoji10

import "fmt"

// Sample is one picture of one emoji with its text and class.
type Sample struct {
	Image  []uint8 // planar RGB over white, shape [3, 32, 32], 0 to 255; the data set's own, not to be written to
	Tokens []int64 // numbers in the vocabulary, filled up with Pad, MaxTokens of them; shared as Image is
	Length int     // how many of Tokens are tokens, 1 to MaxTokens
	Label  int     // class, an index into Classes
	Emoji  int     // index into Data.Emoji
	Vendor int     // index into Vendors
}

// Split is one side of the data, training or test: for each emoji one sample per vendor. Samples 2k and 2k+1 are the
// google and the twitter picture of the side's k-th emoji. Any goroutine may read it.
type Split struct {
	data    *Data
	emoji   []int
	tokens  [][]int64
	lengths []int
}

// newSplit numbers the words once, so that At only looks up.
func newSplit(d *Data, emoji []int, text Text, v *Vocabulary) *Split {
	s := &Split{data: d, emoji: emoji, tokens: make([][]int64, len(emoji)), lengths: make([]int, len(emoji))}
	for k, i := range emoji {
		s.tokens[k], s.lengths[k], _ = v.Encode(d.Emoji[i].tokens(text)) // Load and Prepare let no empty text through
	}
	return s
}

// Len returns the number of samples, twice the number of emoji.
func (s *Split) Len() int { return len(s.emoji) * numVendors }

// At returns sample i, 0 to Len()-1. Another i panics, as it does with a slice.
func (s *Split) At(i int) Sample {
	if i < 0 || i >= s.Len() {
		panic(fmt.Sprintf("emoji10: sample %d of %d", i, s.Len()))
	}
	k, vendor := i/numVendors, i%numVendors
	emoji := s.emoji[k]
	return Sample{
		Image:  s.data.Image(emoji, vendor),
		Tokens: s.tokens[k],
		Length: s.lengths[k],
		Label:  s.data.Emoji[emoji].Class,
		Emoji:  emoji,
		Vendor: vendor,
	}
}

package tokenizers

// An Encoding is a text's tokens, and where they came from. All its lists are of one length.
type Encoding struct {
	IDs               []int64
	TypeIDs           []int64 // 0 for the first text, 1 for the second one of a pair
	Tokens            []string
	Words             []int    // which word of its text a token belongs to; -1 for special tokens
	Offsets           []Offset // in characters of the original text
	ByteOffsets       []Offset // in bytes of it
	SpecialTokensMask []int64  // 1 for tokens that post-processing and padding added
	AttentionMask     []int64  // 0 for padding
	Sequences         []int    // 0 or 1: the text of a pair that a token is from; -1 for special tokens
	// Overflowing is what truncation cut off, in encodings as long as this one.
	Overflowing []*Encoding

	ranges map[int][2]int // of the texts' tokens
}

// An Offset is a range of characters, or of bytes.
type Offset struct{ Start, End int }

// Len is the number of tokens.
func (e *Encoding) Len() int { return len(e.IDs) }

// newEncoding has room for n tokens: few allocations hold all lists.
func newEncoding(n int) *Encoding {
	numbers := make([]int64, 4*n)
	places := make([]Offset, 2*n)
	return &Encoding{
		IDs: numbers[:0:n], TypeIDs: numbers[n : n : 2*n],
		SpecialTokensMask: numbers[2*n : 2*n : 3*n], AttentionMask: numbers[3*n : 3*n : 4*n],
		Offsets: places[:0:n], ByteOffsets: places[n : n : 2*n],
		Tokens: make([]string, 0, n), Words: make([]int, 0, n),
	}
}

func (e *Encoding) add(id int64, name string, word int, chars, bytes Offset, special, attention int64) {
	e.IDs = append(e.IDs, id)
	e.TypeIDs = append(e.TypeIDs, 0)
	e.Tokens = append(e.Tokens, name)
	e.Words = append(e.Words, word)
	e.Offsets = append(e.Offsets, chars)
	e.ByteOffsets = append(e.ByteOffsets, bytes)
	e.SpecialTokensMask = append(e.SpecialTokensMask, special)
	e.AttentionMask = append(e.AttentionMask, attention)
}

func (e *Encoding) addSpecial(id uint32, name string, typeID int64) {
	e.add(int64(id), name, -1, Offset{}, Offset{}, 1, 1)
	e.TypeIDs[len(e.TypeIDs)-1] = typeID
}

func (e *Encoding) setTypeIDs(id int64) {
	for i := range e.TypeIDs {
		e.TypeIDs[i] = id
	}
}

// setSequence says that all tokens are of one text.
func (e *Encoding) setSequence(id int) {
	if e.ranges == nil {
		e.ranges = map[int][2]int{}
	}
	e.ranges[id] = [2]int{0, e.Len()}
}

// part is a range of the tokens.
func (e *Encoding) part(from, to int) *Encoding {
	return &Encoding{
		IDs: e.IDs[from:to:to], TypeIDs: e.TypeIDs[from:to:to], Tokens: e.Tokens[from:to:to], Words: e.Words[from:to:to],
		Offsets: e.Offsets[from:to:to], ByteOffsets: e.ByteOffsets[from:to:to],
		SpecialTokensMask: e.SpecialTokensMask[from:to:to], AttentionMask: e.AttentionMask[from:to:to],
	}
}

// clone copies the lists, which then can be changed.
func (e *Encoding) clone() *Encoding {
	out := newEncoding(e.Len())
	out.appendLists(e)
	out.Overflowing = e.Overflowing
	for id, r := range e.ranges {
		out.setRange(id, r)
	}
	return out
}

func (e *Encoding) setRange(id int, r [2]int) {
	if e.ranges == nil {
		e.ranges = map[int][2]int{}
	}
	e.ranges[id] = r
}

func (e *Encoding) appendLists(other *Encoding) {
	e.IDs = append(e.IDs, other.IDs...)
	e.TypeIDs = append(e.TypeIDs, other.TypeIDs...)
	e.Tokens = append(e.Tokens, other.Tokens...)
	e.Words = append(e.Words, other.Words...)
	e.Offsets = append(e.Offsets, other.Offsets...)
	e.ByteOffsets = append(e.ByteOffsets, other.ByteOffsets...)
	e.SpecialTokensMask = append(e.SpecialTokensMask, other.SpecialTokensMask...)
	e.AttentionMask = append(e.AttentionMask, other.AttentionMask...)
}

// merge appends an encoding. What both had cut off is combined each with each.
func (e *Encoding) merge(other *Encoding) {
	var overflowing []*Encoding
	join := func(a, b *Encoding) {
		a = a.clone()
		a.merge(b)
		overflowing = append(overflowing, a)
	}
	for _, a := range e.Overflowing {
		join(a, other)
		for _, b := range other.Overflowing {
			join(a, b)
		}
	}
	for _, b := range other.Overflowing {
		join(e, b)
	}
	n := e.Len()
	for id, r := range other.ranges {
		e.setRange(id, [2]int{n + r[0], n + r[1]})
	}
	e.appendLists(other)
	e.Overflowing = overflowing
}

// fillSequences writes which text each token is of.
func (e *Encoding) fillSequences() {
	e.Sequences = make([]int, e.Len())
	for i := range e.Sequences {
		e.Sequences[i] = -1
	}
	ranges := e.ranges
	if len(ranges) == 0 {
		ranges = map[int][2]int{0: {0, e.Len()}}
	}
	for id := range 2 {
		if r, ok := ranges[id]; ok {
			for i := r[0]; i < min(r[1], e.Len()); i++ {
				e.Sequences[i] = id
			}
		}
	}
	for _, o := range e.Overflowing {
		o.fillSequences()
	}
}

package tokenizers

// finish truncates, adds special tokens and pads.
func (t *Tokenizer) finish(first, second *Encoding, special bool) (_ *Encoding, err error) {
	if cut := t.config.Truncation; cut != nil {
		most := cut.MaxLength
		if special {
			n := t.specials(second != nil)
			if n > most {
				return nil, errorf("truncation: max_length is %d, but there are %d special tokens", most, n)
			}
			most -= n
		}
		if first, second, err = cut.apply(first, second, most); err != nil {
			return nil, err
		}
		if err := checkOverflow(first, second); err != nil {
			return nil, err
		}
	}
	parts := []*Encoding{first}
	if second != nil {
		parts = append(parts, second)
	}
	if t.postProcess.apply != nil {
		for i, e := range parts {
			eachPart([]*Encoding{e}, func(e *Encoding) { e.setSequence(i) })
			e.setTypeIDs(int64(i))
		}
		if parts, err = t.postProcess.apply(parts, special); err != nil {
			return nil, err
		}
	} else if len(parts) > 1 {
		for i, e := range parts {
			e.setSequence(i)
		}
	}
	e := join(parts)
	if t.config.Padding != nil {
		t.config.Padding.apply([]*Encoding{e})
	}
	return e, nil
}

// mostOverflow bounds the tokens of overflowing encodings: of pairs each part of one text meets each of the other.
const mostOverflow = 1 << 26

func checkOverflow(first, second *Encoding) error {
	if second == nil || len(first.Overflowing) == 0 || len(second.Overflowing) == 0 {
		return nil
	}
	n := (len(first.Overflowing) + 1) * (len(second.Overflowing) + 1) * (first.Len() + second.Len())
	if n > mostOverflow {
		return errorf("truncation: both texts are so long that the overflowing pairs would have %d tokens: shorten one", n)
	}
	return nil
}

// join merges parts to one encoding.
func join(parts []*Encoding) *Encoding {
	if len(parts) == 1 {
		return parts[0]
	}
	n := 0
	for _, p := range parts {
		n += p.Len()
	}
	e := newEncoding(n)
	for _, p := range parts {
		e.merge(p)
	}
	return e
}

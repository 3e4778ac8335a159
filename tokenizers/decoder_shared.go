package tokenizers

import "strings"

// Decoders of components that also do something else.

func (r Replace) decoder() (decode, error) {
	find, err := r.Pattern.finder()
	if err != nil {
		return nil, errorf("decoder: Replace: %w", err)
	}
	return func(tokens []string) ([]string, error) {
		for i, token := range tokens {
			if token == "" {
				continue
			}
			matches, err := find(token, nil)
			if err != nil {
				return nil, err
			}
			if err := checkGrowth(replacedSize(matches, r.Content), len(token)); err != nil {
				return nil, errorf("decoder: Replace: %w", err)
			}
			var b strings.Builder
			for _, m := range matches {
				if m.is {
					b.WriteString(r.Content)
				} else {
					b.WriteString(token[m.from:m.to])
				}
			}
			tokens[i] = b.String()
		}
		return tokens, nil
	}, nil
}

func (m Metaspace) decoder() (decode, error) {
	scheme, err := m.scheme()
	if err != nil {
		return nil, err
	}
	mark := string(rune(m.Replacement))
	return eachToken(func(i int, token string) string {
		if i == 0 && scheme != PrependNever {
			return strings.ReplaceAll(token, mark, "")
		}
		return strings.ReplaceAll(token, mark, " ")
	})
}

func (ByteLevel) decoder() (decode, error) {
	m := byteRunes()
	return func(tokens []string) ([]string, error) {
		var raw []byte
		for _, token := range tokens {
			before := len(raw)
			for _, r := range token {
				b, ok := m.bytes[r]
				if !ok { // a token of another kind stays as it is
					raw = append(raw[:before], token...)
					break
				}
				raw = append(raw, b)
			}
		}
		var b strings.Builder
		writeLossy(&b, string(raw))
		return []string{b.String()}, nil
	}, nil
}

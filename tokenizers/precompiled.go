package tokenizers

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Precompiled replaces characters by sentencepiece's own table: a trie of what is replaced, and the replacements.
type Precompiled struct {
	Charsmap []byte `json:"precompiled_charsmap"`
}

// A charsmap is the table: units of a double array (Darts), and texts that end with a zero byte.
type charsmap struct {
	units []uint32
	texts string
	// stays says of ASCII characters that they aren't replaced; \r may belong together with \n, and counts as replaced.
	stays [utf8.RuneSelf]bool
}

func (p Precompiled) normalizer() (normalize, error) {
	m, err := readCharsmap(p.Charsmap)
	if err != nil {
		return nil, errorf("normalizer: Precompiled: precompiled_charsmap: %w", err)
	}
	return plain(m.normalize)
}

func readCharsmap(data []byte) (*charsmap, error) {
	if len(data) < 4 {
		return nil, errorf("%d bytes: too short", len(data))
	}
	size := int(binary.LittleEndian.Uint32(data))
	data = data[4:]
	if size > len(data) || size/4 == 0 {
		return nil, errorf("the trie is to have %d bytes, but %d are there", size, len(data))
	}
	m := &charsmap{units: make([]uint32, size/4), texts: string(data[size/4*4:])}
	for i := range m.units {
		m.units[i] = binary.LittleEndian.Uint32(data[4*i:])
	}
	if !utf8.ValidString(m.texts) {
		return nil, errorf("the replacements aren't UTF-8")
	}
	for c := range m.stays {
		_, replaced := m.lookup(string(rune(c)))
		m.stays[c] = !replaced && c != '\r'
	}
	return m, nil
}

// staysAll says that nothing in a text is replaced, as in most texts of ASCII characters.
func (m *charsmap) staysAll(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= utf8.RuneSelf || !m.stays[c] {
			return false
		}
	}
	return true
}

// lookup is the replacement of the shortest beginning of text that has one.
func (m *charsmap) lookup(text string) (string, bool) {
	offset := func(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }
	at := offset(m.units[0])
	for i := range len(text) {
		c := uint32(text[i])
		if c == 0 {
			return "", false
		}
		if at ^= c; int(at) >= len(m.units) {
			return "", false
		}
		unit := m.units[at]
		if unit&(1<<31|0xFF) != c {
			return "", false
		}
		at ^= offset(unit)
		if unit>>8&1 == 1 {
			if int(at) >= len(m.units) {
				return "", false
			}
			start := int(m.units[at] &^ (1 << 31))
			if start > len(m.texts) {
				return "", false
			}
			found, _, _ := strings.Cut(m.texts[start:], "\x00")
			return found, utf8.ValidString(found)
		}
	}
	return "", false
}

// normalize looks short clusters of characters up whole, and characters of the others one by one.
func (m *charsmap) normalize(p *piece) {
	if m.staysAll(p.text) {
		return
	}
	changes := make([]change, 0, len(p.text))
	modified := false
	tokens := graphemes.FromString(p.text)
	for tokens.Next() {
		cluster := tokens.Value()
		if len(cluster) < 6 {
			if to, ok := m.lookup(cluster); ok {
				changes = replaceCluster(changes, utf8.RuneCountInString(cluster), to)
				modified = true
				continue
			}
		}
		for i, r := range cluster {
			if to, ok := m.lookup(cluster[i : i+runeLen(cluster, i, r)]); ok {
				changes = replaceCluster(changes, 1, to)
				modified = true
			} else {
				changes = append(changes, change{r: r})
			}
		}
	}
	if modified {
		p.transform(changes, 0)
	}
}

// replaceCluster notes that so many old characters become those of a text.
func replaceCluster(changes []change, old int, text string) []change {
	n := 0
	for _, r := range text {
		changes = append(changes, change{r: r})
		n++
	}
	switch diff := n - old; {
	case diff > 0:
		for i := range diff {
			changes[len(changes)-1-i].change = 1
		}
	case diff < 0 && len(changes) > 0:
		changes[len(changes)-1].change += diff
	}
	return changes
}

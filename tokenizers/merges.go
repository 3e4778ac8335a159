package tokenizers

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Merges are the pairs of tokens that BPE merges, the first learned first. Files have them as ["a","b"], or as "a b".
type Merges [][2]string

// UnmarshalJSONFrom reads both forms.
func (m *Merges) UnmarshalJSONFrom(from *jsontext.Decoder) error {
	if kind := from.PeekKind(); kind != '[' {
		return errorf("want a list of merges")
	}
	if _, err := from.ReadToken(); err != nil {
		return err
	}
	*m = nil
	for from.PeekKind() != ']' {
		var merge [2]string
		if from.PeekKind() == '"' {
			var line string
			if err := json.UnmarshalDecode(from, &line); err != nil {
				return err
			}
			if strings.HasPrefix(line, "#version") {
				continue
			}
			left, right, ok := strings.Cut(line, " ")
			if !ok || strings.Contains(right, " ") {
				return errorf("%d: %q: want two tokens with a space between", len(*m), clip(line))
			}
			merge = [2]string{left, right}
		} else {
			var both []string
			if err := json.UnmarshalDecode(from, &both); err != nil {
				return err
			}
			if len(both) != 2 {
				return errorf("%d: want two tokens, got %d", len(*m), len(both))
			}
			merge = [2]string(both)
		}
		*m = append(*m, merge)
	}
	_, err := from.ReadToken()
	return err
}

package nn

import (
	"strings"
	"unicode"
)

// words are acronyms that PyTorch writes as words of their own although they
// stand beside other capitals: WeightIHL0 is weight_ih_l0.
var words = []string{"IH", "HH", "HR"}

// snakeCase is the PyTorch name of a Go field: CNN is cnn, FC1 is fc1,
// FusionLayer is fusion_layer, ImageCNN is image_cnn, CNNEncoder is cnn_encoder.
// A struct tag `nn:"name"` says it where this does not.
func snakeCase(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i := 0; i < len(runes); i++ {
		if i > 0 && startsWord(runes, i) {
			b.WriteByte('_')
		}
		if w := wordAt(runes, i); w > 0 {
			b.WriteString(strings.ToLower(string(runes[i : i+w])))
			i += w - 1
			if i+1 < len(runes) && unicode.IsUpper(runes[i+1]) {
				b.WriteByte('_')
				i++
				b.WriteRune(unicode.ToLower(runes[i]))
			}
			continue
		}
		b.WriteRune(unicode.ToLower(runes[i]))
	}
	return b.String()
}

// startsWord: a capital after a small letter or a digit, or a capital that ends
// a run of capitals before a small letter.
func startsWord(r []rune, i int) bool {
	if !unicode.IsUpper(r[i]) {
		return false
	}
	if !unicode.IsUpper(r[i-1]) {
		return r[i-1] != '_'
	}
	return i+1 < len(r) && unicode.IsLower(r[i+1])
}

// wordAt is the length of one of words at i, where a word starts.
func wordAt(r []rune, i int) int {
	if i == 0 || unicode.IsUpper(r[i-1]) {
		return 0
	}
	for _, w := range words {
		if strings.HasPrefix(string(r[i:]), w) {
			return len(w)
		}
	}
	return 0
}

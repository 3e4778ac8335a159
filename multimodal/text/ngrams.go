package text

import "strings"

// NGrams are the tokens, and behind them all runs of 2, of 3 and up to n tokens, joined by spaces, as torchtext's
// ngrams_iterator gives them.
//
//	NGrams([]string{"here", "we", "are"}, 2) // here, we, are, here we, we are
func NGrams(tokens []string, n int) []string {
	all := append([]string(nil), tokens...)
	for size := 2; size <= min(n, len(tokens)); size++ {
		for i := 0; i+size <= len(tokens); i++ {
			all = append(all, strings.Join(tokens[i:i+size], " "))
		}
	}
	return all
}

// CharacterNGrams are the runs of least to most characters of a word that stands between < and >, as fastText's subwords:
// those at the word's ends differ from the same characters within. The whole word with its signs is one where it is short
// enough.
//
//	CharacterNGrams("where", 3, 3) // <wh whe her ere re>
func CharacterNGrams(word string, least, most int) []string {
	characters := []rune("<" + word + ">")
	var all []string
	for i := range characters {
		for size := max(1, least); size <= most && i+size <= len(characters); size++ {
			if size == 1 && (i == 0 || i == len(characters)-1) {
				continue // a sign alone, as in fastText
			}
			all = append(all, string(characters[i:i+size]))
		}
	}
	return all
}

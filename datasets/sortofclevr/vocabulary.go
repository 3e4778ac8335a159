package sortofclevr

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// MaxWords is the most words that a question can have.
const MaxWords = 16

// unknownWord is the number of words that no question of the data has. 0 fills questions up.
const unknownWord = 1

var (
	vocabulary = newVocabulary()
	wordNumber = numbered(vocabulary)
)

// newVocabulary is the words of all questions, sorted, after the two numbers that are no words.
func newVocabulary() []string {
	words := slices.Concat([]string{"it", "the"}, colorNames, nouns)
	for _, group := range slices.Concat(phrases, pronounPhrases, [][]string{ellipsePhrases}) {
		for _, phrase := range group {
			words = append(words, strings.Fields(strings.Replace(phrase, "OBJ", "", 1))...)
		}
	}
	slices.Sort(words)
	return append([]string{"<pad>", "<unk>"}, slices.Compact(words)...)
}

func numbered(words []string) map[string]int64 {
	numbers := map[string]int64{}
	for i, w := range words[2:] {
		numbers[w] = int64(i + 2)
	}
	return numbers
}

// Vocabulary is the words of questions by their numbers. Number 0 fills up, number 1 stands for an unknown word.
func Vocabulary() []string { return slices.Clone(vocabulary) }

// same are words that mean one of the vocabulary's.
var same = map[string]string{"s": "is", "grey": "gray", "square": "rectangle", "image": "picture", "scene": "picture"}

// Words cuts a question into its words: lower-case letters and digits, whatever else lies between them.
func Words(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	for i, w := range words {
		if v, ok := same[w]; ok {
			words[i] = v
		}
	}
	return words
}

// Encode turns words into numbers, filled up with 0 to MaxWords. No words and more than MaxWords are errors; an unknown word
// is number 1.
func Encode(words []string) (numbers [MaxWords]int64, length int, err error) {
	if len(words) == 0 || len(words) > MaxWords {
		return numbers, 0, fmt.Errorf("expected a question of 1 to %d words, but got %d", MaxWords, len(words))
	}
	for i, w := range words {
		n, ok := wordNumber[w]
		if !ok {
			n = unknownWord
		}
		numbers[i] = n
	}
	return numbers, len(words), nil
}

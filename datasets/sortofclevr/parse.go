package sortofclevr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Memory is what a dialogue remembers: what "it" is, and what was asked of it. The zero value is a dialogue's beginning.
type Memory struct {
	last  Question
	begun bool
}

// It is the object that "it" means, and false before the first question.
func (m *Memory) It() (Color, bool) { return m.last.Color, m.begun }

// Parse understands a question by its words, in any order: a colour or "it", and what is asked of that object. Words that no
// question of the data has, and questions that ask nothing, ask two things or are about no or several objects are errors
// that say what was expected. Only a question that was understood is remembered.
func (m *Memory) Parse(text string) (Question, error) {
	words := Words(text)
	if err := known(words); err != nil {
		return Question{}, err
	}
	color, err := m.object(words)
	if err != nil {
		return Question{}, err
	}
	kind, err := m.asked(words)
	if err != nil {
		return Question{}, err
	}
	m.last, m.begun = Question{color, kind}, true
	return m.last, nil
}

// known checks number and words of a question.
func known(words []string) error {
	if _, _, err := Encode(words); err != nil {
		return err
	}
	var strange []string
	for _, w := range words {
		if wordNumber[w] == 0 && !slices.Contains(strange, clipped(w)) {
			strange = append(strange, clipped(w))
		}
	}
	switch len(strange) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("the word %q is unknown", strange[0])
	}
	return fmt.Errorf("the words %q are unknown", strange)
}

func clipped(word string) string {
	if r := []rune(word); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return word
}

// object is what a question is about.
func (m *Memory) object(words []string) (Color, error) {
	var found []Color
	for _, c := range Colors() {
		if slices.Contains(words, c.String()) {
			found = append(found, c)
		}
	}
	it := slices.Contains(words, "it") || slices.Contains(words, "its")
	switch {
	case len(found) > 1:
		return 0, fmt.Errorf("expected a question about one object, but there are two, %s and %s", found[0], found[1])
	case len(found) == 1 && it:
		return 0, fmt.Errorf("expected a question about one object, but there are two, %s and %q", found[0], "it")
	case len(found) == 1:
		return found[0], nil
	case it && m.begun:
		return m.last.Color, nil
	case it:
		return 0, errors.New(`"it" means nothing yet: name an object by its colour first`)
	}
	return 0, fmt.Errorf("no object is named: expected one of the colours %s", strings.Join(colorNames, ", "))
}

// signs are words that say what is asked.
var signs = map[string]Kind{
	"left": Left, "right": Right, "top": Top, "upper": Top, "bottom": Bottom, "lower": Bottom,
	"closest": Closest, "nearest": Closest, "furthest": Furthest, "farthest": Furthest, "many": Count,
}

// asked is what a question asks.
func (m *Memory) asked(words []string) (Kind, error) {
	var found []Kind
	for _, w := range words {
		if k, ok := signs[w]; ok && !slices.Contains(found, k) {
			found = append(found, k)
		}
	}
	has := func(w string) bool { return slices.Contains(words, w) }
	switch {
	case len(found) > 1:
		return 0, fmt.Errorf("expected a question about one thing, but there are two, %s and %s", found[0], found[1])
	case len(found) == 1:
		return found[0], nil
	case has("shape"), has("circle") && has("rectangle"):
		return Shape, nil
	case has("circle"), has("rectangle"):
		return 0, errors.New(`ask "is it a circle or a rectangle?" instead`)
	case m.begun && (has("about") || has("and")):
		return m.last.Kind, nil
	}
	return 0, errors.New("nothing is asked: expected a shape, a side, or a relation to other objects")
}

// Examples are questions of every kind, for those who ask something else.
func Examples() []string {
	examples := make([]string, len(phrases))
	for k := range phrases {
		t := Turn{Question: Question{Color(k % Objects), Kind(k)}, Refers: Named, noun: uint8(k % len(nouns))}
		if k%2 == 1 {
			t.Refers = Pronoun
		}
		examples[k] = t.Spoken()
	}
	return append(examples, "what about the gray one?")
}

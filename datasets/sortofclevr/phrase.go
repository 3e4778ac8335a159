package sortofclevr

import (
	"math/rand/v2"
	"strings"
)

// Reference is how a question of a dialogue says which object it is about, and what it asks.
type Reference uint8

// The references. Without the question before only those that name can be answered.
const (
	Named   Reference = iota // the red object
	Pronoun                  // it
	Ellipse                  // "what about the red one?": the question before, of another object
)

// References lists them, with what people call them.
func References() []string { return []string{"named", "it", "what about"} }

// phrases are the ways to put a question; OBJ is "the red object", "the red thing" and so on, or "it".
var phrases = [][]string{
	Shape: {"what shape is OBJ", "what is the shape of OBJ", "is OBJ a circle or a rectangle", "what shape does OBJ have"},
	Left:  {"is OBJ on the left", "is OBJ on the left side", "is OBJ in the left half", "does OBJ lie on the left side of the picture"},
	Right: {"is OBJ on the right", "is OBJ on the right side", "is OBJ in the right half", "does OBJ lie on the right side of the picture"},
	Top:   {"is OBJ at the top", "is OBJ in the top half", "is OBJ in the upper half", "does OBJ lie in the upper half of the picture"},
	Bottom: {
		"is OBJ at the bottom", "is OBJ in the bottom half", "is OBJ in the lower half", "does OBJ lie in the lower half of the picture",
	},
	Closest: {"what is the shape of the object closest to OBJ", "what shape is the thing nearest to OBJ", "which shape is closest to OBJ"},
	Furthest: {
		"what is the shape of the object furthest from OBJ", "what shape is the thing farthest from OBJ", "which shape is furthest from OBJ",
	},
	Count: {"how many objects have the same shape as OBJ", "how many things are shaped like OBJ", "how many have the shape of OBJ"},
}

// pronounPhrases are further ways that only "it" has.
var pronounPhrases = [][]string{
	Shape: {"what is its shape", "which shape has it"},
	Count: {"how many objects have its shape", "how many share its shape"},
}

var ellipsePhrases = []string{"what about OBJ", "and OBJ"}

var nouns = []string{"object", "thing", "one"}

// Turn is a question of a dialogue.
type Turn struct {
	Question
	Refers       Reference
	phrase, noun uint8 // of the text that stands alone
	spoken       uint8 // phrase of the text in the dialogue
}

// Text is the question by itself: it names its object.
func (t Turn) Text() string { return t.fill(phrases[t.Kind][t.phrase], t.object()) }

// Spoken is the question as it stands in the dialogue, after the questions before it.
func (t Turn) Spoken() string {
	switch t.Refers {
	case Pronoun:
		return t.fill(withPronoun(t.Kind)[t.spoken], "it")
	case Ellipse:
		return t.fill(ellipsePhrases[t.spoken], t.object())
	}
	return t.Text()
}

func (t Turn) object() string { return "the " + t.Color.String() + " " + nouns[t.noun] }

func (t Turn) fill(phrase, object string) string {
	return strings.Replace(phrase, "OBJ", object, 1) + "?"
}

func withPronoun(k Kind) []string {
	return append(phrases[k][:len(phrases[k]):len(phrases[k])], pronounPhrases[k]...)
}

// questionsOfSort is how many questions an image has that are relational, and that are not.
const questionsOfSort = 10

// Turns is the number of questions of an image.
const Turns = 2 * questionsOfSort

// The chances of a question of a dialogue.
const (
	staying   = 0.6 // to be about the same object as the one before
	shortened = 0.8 // of the same kind about another object, to be put as "what about the red one?"
)

// newDialogue asks twenty questions about a scene: ten of one object and ten relational ones, in any order. Every kind and
// every colour is equally likely; a question often stays with the object of the one before.
func newDialogue(random *rand.Rand, s Scene) []Turn {
	turns := make([]Turn, Turns)
	for i, sort := range random.Perm(Turns) {
		t := &turns[i]
		for {
			t.Color, t.Kind = Color(random.IntN(Objects)), randomKind(random, sort >= questionsOfSort)
			if i > 0 && random.Float64() < staying {
				t.Color = turns[i-1].Color
			}
			if !s.Ambiguous(t.Question) {
				break
			}
		}
		t.phrase, t.noun = uint8(random.IntN(len(phrases[t.Kind]))), uint8(random.IntN(len(nouns)))
		if i == 0 {
			continue
		}
		switch before := turns[i-1]; {
		case t.Color == before.Color:
			t.Refers, t.spoken = Pronoun, uint8(random.IntN(len(withPronoun(t.Kind))))
		case t.Kind == before.Kind && random.Float64() < shortened:
			t.Refers, t.spoken = Ellipse, uint8(random.IntN(len(ellipsePhrases)))
		}
	}
	return turns
}

func randomKind(random *rand.Rand, relational bool) Kind {
	if relational {
		return subtypes[1][random.IntN(3)]
	}
	k := subtypes[0][random.IntN(3)]
	if k != Shape && random.IntN(2) == 1 {
		k++ // the other side
	}
	return k
}

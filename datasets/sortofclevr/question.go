package sortofclevr

import "slices"

// Kind is what a question asks of an object.
type Kind uint8

// The kinds: five of one object, three that relate it to the others.
const (
	Shape    Kind = iota // is it a rectangle or a circle?
	Left                 // is it on the left half?
	Right                // is it on the right half?
	Top                  // is it on the upper half?
	Bottom               // is it on the lower half?
	Closest              // which form has the object closest to it?
	Furthest             // which form has the object furthest from it?
	Count                // how many objects have its form, itself included?
)

var kindNames = []string{"shape", "left", "right", "top", "bottom", "closest", "furthest", "count"}

// String is the kind's name.
func (k Kind) String() string { return kindNames[k] }

// Kinds lists them.
func Kinds() []Kind { return []Kind{Shape, Left, Right, Top, Bottom, Closest, Furthest, Count} }

// Relational reports whether other objects decide the answer.
func (k Kind) Relational() bool { return k >= Closest }

// Question asks something of the object of a colour.
type Question struct {
	Color Color
	Kind  Kind
}

// QuestionBits is the number of bits of a question.
const QuestionBits = 11

// Canonical is the question that the paper's bits can put: whether the object is on the left for whether it is on the right,
// and at the top for at the bottom. The answer is then the opposite.
func (q Question) Canonical() (_ Question, opposite bool) {
	switch q.Kind {
	case Right:
		return Question{q.Color, Left}, true
	case Bottom:
		return Question{q.Color, Top}, true
	}
	return q, false
}

// subtypes are the kinds that bits know, not relational and relational.
var subtypes = [2][3]Kind{{Shape, Left, Top}, {Closest, Furthest, Count}}

// Bits is the canonical question as the paper puts it: six bits for the colour, two for not relational or relational, three
// for which of these.
func (q Question) Bits() (bits [QuestionBits]float32) {
	q, _ = q.Canonical()
	bits[q.Color] = 1
	for i, kinds := range subtypes {
		if k := slices.Index(kinds[:], q.Kind); k >= 0 {
			bits[6+i], bits[8+k] = 1, 1
		}
	}
	return bits
}

// Answer is an answer: one of ten.
type Answer uint8

// The answers. One to six are a Count's.
const (
	Yes Answer = iota
	No
	ARectangle
	ACircle
	One
)

// NumAnswers is the number of answers.
const NumAnswers = 10

var answerNames = []string{"yes", "no", "rectangle", "circle", "1", "2", "3", "4", "5", "6"}

// String is the answer in a word.
func (a Answer) String() string { return answerNames[a] }

// Opposite is yes for no, no for yes, and any other answer itself.
func (a Answer) Opposite() Answer {
	if a <= No {
		return No - a
	}
	return a
}

// Answers lists them as words.
func Answers() []string { return slices.Clone(answerNames) }

func yes(is bool) Answer {
	if is {
		return Yes
	}
	return No
}

// middle is the pixel that is as far from the left as from the right, and from the top as from the bottom.
const middle = Size / 2

// Answer answers a question about the scene, if it is not [Scene.Ambiguous]: of objects that are equally close the first
// by colour counts, and one in the middle lies on no side.
func (s Scene) Answer(q Question) Answer {
	o := s[q.Color]
	switch q.Kind {
	case Left:
		return yes(o.X < middle)
	case Right:
		return yes(o.X > middle)
	case Top:
		return yes(o.Y < middle)
	case Bottom:
		return yes(o.Y > middle)
	case Closest, Furthest:
		return ARectangle + Answer(s[s.extremes(q)[0]].Form)
	case Count:
		n := 0
		for _, other := range s {
			if other.Form == o.Form {
				n++
			}
		}
		return One + Answer(n-1)
	}
	return ARectangle + Answer(o.Form)
}

// extremes are the objects that are closest to a question's, or furthest from it, but for itself.
func (s Scene) extremes(q Question) (found []Color) {
	best := 0
	for _, other := range s {
		if other.Color == q.Color {
			continue
		}
		d := distance(s[q.Color], other)
		if q.Kind == Furthest {
			d = -d
		}
		switch {
		case len(found) == 0 || d < best:
			found, best = []Color{other.Color}, d
		case d == best:
			found = append(found, other.Color)
		}
	}
	return found
}

// Ambiguous reports whether a question has no answer: whether an object that lies in the middle is on one side, or which
// form the closest or the furthest one has, when there are several that differ in form. It is never asked in the data.
func (s Scene) Ambiguous(q Question) bool {
	switch q.Kind {
	case Left, Right:
		return s[q.Color].X == middle
	case Top, Bottom:
		return s[q.Color].Y == middle
	case Closest, Furthest:
		found := s.extremes(q)
		return slices.ContainsFunc(found, func(c Color) bool { return s[c].Form != s[found[0]].Form })
	}
	return false
}

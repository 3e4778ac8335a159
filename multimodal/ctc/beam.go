package ctc

import (
	"cmp"
	"math"
	"slices"

	"multitorch/torch"
)

// Beam searches for the likeliest text, of which a greedy reading is only the likeliest path: many paths mean the same text,
// and their probabilities are summed. It keeps the best beginnings at each step (prefix beam search: Hannun et al., "First-
// Pass Large Vocabulary Continuous Speech Recognition using Bi-Directional Recurrent DNNs", 2014).
type Beam struct {
	Alphabet *Alphabet
	Width    int // beginnings that are kept; 0 means 16

	// Model, if not nil, says how likely a text is as such. A text's score is then
	//
	//	ln p(text | sound) + Weight · ln p(text) + Bonus · characters
	//
	// where Bonus makes up for the model's preference for short texts.
	Model         LanguageModel
	Weight, Bonus float64
}

// LanguageModel says how likely the next character is, given all before it. [NGram] has two: [NGram.Characters] and
// [NGram.Words]. A state belongs to a beginning and is never changed.
type LanguageModel interface {
	Start() State
	// Next is the natural logarithm of the probability of a character, and the state behind it.
	Next(s State, r rune) (float64, State)
	// End is that of the text's end.
	End(s State) float64
}

// State is what a language model remembers of a beginning.
type State any

// Hypothesis is a text that may have been said.
type Hypothesis struct {
	Text   string
	Labels []int64
	Sound  float64 // ln p(text | sound), of the paths that were kept
	Score  float64 // what the search ranks by
}

// beamSkip leaves out labels that are less likely than e^-16 at a step.
const beamSkip = -16

// Search is the best texts of one clip's scores [T, C], the best first, at most Width of them and always one. Scores that
// are NaN count as impossible.
func (b Beam) Search(scores *torch.Tensor) []Hypothesis {
	if scores.Dim() != 2 || scores.Size(1) != b.Alphabet.Len() {
		panic(invalid("Beam", "expected scores [T, %d], a column for the blank and each character, but got the shape %v",
			b.Alphabet.Len(), scores.Shape()))
	}
	values := torch.ToSlice[float64](scores.Detach().To(torch.CPU).To(torch.Float64))
	s := search{Beam: b, width: cmp.Or(b.Width, 16), best: []*beginning{b.root()}}
	for classes := scores.Size(1); len(values) > 0; values = values[classes:] {
		s.step(values[:classes])
	}
	return s.result()
}

// beginning is a beginning of texts, a leaf of a tree of them.
type beginning struct {
	parent *beginning
	label  int64
	next   map[int64]*beginning
	// The logarithms of the sums over the paths that end in the blank and those that do not, now and at the next step.
	blank, other, newBlank, newOther float64
	state                            State
	language                         float64 // the weighted score of the language model and the bonus
	live                             bool    // it is in the list of the next step
	kept                             bool    // it was among the best
}

var impossible = math.Inf(-1)

func (b Beam) root() *beginning {
	n := &beginning{other: impossible, newBlank: impossible, newOther: impossible}
	if b.Model != nil {
		n.state = b.Model.Start()
	}
	return n
}

func (n *beginning) sound() float64 { return logAdd(n.blank, n.other) }

type search struct {
	Beam
	width int
	best  []*beginning
	now   []*beginning // touched in this step
}

func (s *search) touch(n *beginning) {
	if !n.live {
		n.live = true
		s.now = append(s.now, n)
	}
}

// step reads the scores of one step.
func (s *search) step(scores []float64) {
	s.now = nil
	for _, n := range s.best {
		total := n.sound()
		s.touch(n)
		n.newBlank = logAdd(n.newBlank, total+scores[Blank])
		if n.label != Blank {
			n.newOther = logAdd(n.newOther, n.other+scores[n.label])
		}
		for l := 1; l < len(scores); l++ {
			if !(scores[l] > beamSkip) {
				continue
			}
			from := total
			if int64(l) == n.label { // a label again needs a blank before it
				from = n.blank
			}
			if math.IsInf(from, -1) {
				continue
			}
			child := s.child(n, int64(l))
			s.touch(child)
			child.newOther = logAdd(child.newOther, from+scores[l])
		}
	}
	for _, n := range s.now {
		n.blank, n.other, n.newBlank, n.newOther, n.live = n.newBlank, n.newOther, impossible, impossible, false
	}
	slices.SortStableFunc(s.now, func(a, b *beginning) int {
		return cmp.Compare(b.sound()+b.language, a.sound()+a.language)
	})
	s.best = s.now[:min(s.width, len(s.now))]
	for i, n := range s.now {
		n.kept = i < len(s.best)
	}
	for _, n := range s.now[len(s.best):] {
		n.blank, n.other = impossible, impossible
		n.forget()
	}
}

// forget takes a beginning out of the tree where nothing that is kept comes after it, and those before it for which that is
// now true: so the tree is as large as the texts that are kept, and not as the recording is long.
func (n *beginning) forget() {
	for n.parent != nil && !n.kept && len(n.next) == 0 {
		delete(n.parent.next, n.label)
		n = n.parent
	}
}

// child is the beginning with one more label. It stays the same one as long as its parent is kept, for it may be reached
// again from there.
func (s *search) child(n *beginning, label int64) *beginning {
	if c := n.next[label]; c != nil {
		return c
	}
	c := &beginning{parent: n, label: label, blank: impossible, other: impossible, newBlank: impossible, newOther: impossible}
	c.language = n.language
	if s.Model != nil {
		p, state := s.Model.Next(n.state, s.Alphabet.characters[label-1])
		c.state, c.language = state, n.language+s.Weight*p+s.Bonus
	}
	if n.next == nil {
		n.next = map[int64]*beginning{}
	}
	n.next[label] = c
	return c
}

func (s *search) result() (all []Hypothesis) {
	for _, n := range s.best {
		h := Hypothesis{Sound: n.sound()}
		h.Score = h.Sound + n.language
		if s.Model != nil {
			h.Score += s.Weight * s.Model.End(n.state)
		}
		for at := n; at.parent != nil; at = at.parent {
			h.Labels = append(h.Labels, at.label)
		}
		slices.Reverse(h.Labels)
		h.Text = s.Alphabet.Decode(h.Labels)
		all = append(all, h)
	}
	slices.SortStableFunc(all, func(a, b Hypothesis) int { return cmp.Compare(b.Score, a.Score) })
	return all
}

// logAdd is ln(e^a + e^b).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) || math.IsNaN(b) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

package sortofclevr

import "math/rand/v2"

// Options say what to generate. What is zero takes its default.
type Options struct {
	Train int    // scenes to train on; default 9,800
	Test  int    // scenes to test on; default 200
	Seed  uint64 // of the scenes and the questions
}

// The paper's numbers of scenes.
const (
	defaultTrain = 9800
	defaultTest  = 200
)

// Data is scenes with questions, in two sides.
type Data struct{ Train, Test *Side }

// Side is the side to train on or the one to test on.
type Side struct {
	Scenes    []Scene
	Dialogues [][]Turn // twenty questions about each scene
}

// Generate makes the data. Each scene has random numbers of its own, so the first ones are the same whatever the number of
// scenes.
func Generate(o Options) *Data {
	if o.Train <= 0 {
		o.Train = defaultTrain
	}
	if o.Test <= 0 {
		o.Test = defaultTest
	}
	return &Data{Train: newSide(o.Seed, 0, o.Train), Test: newSide(o.Seed, 1<<32, o.Test)}
}

// newSide generates scenes from a number on.
func newSide(seed, first uint64, n int) *Side {
	s := &Side{Scenes: make([]Scene, n), Dialogues: make([][]Turn, n)}
	for i := range n {
		random := rand.New(rand.NewPCG(seed, first+uint64(i)))
		s.Scenes[i] = NewScene(random)
		s.Dialogues[i] = newDialogue(random, s.Scenes[i])
	}
	return s
}

// Len is the number of scenes.
func (s *Side) Len() int { return len(s.Scenes) }

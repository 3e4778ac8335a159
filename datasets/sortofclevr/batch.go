package sortofclevr

import (
	"context"
	"fmt"

	"multitorch/torch"
)

// Input is how a scene is seen.
type Input string

// The inputs.
const (
	Pixels Input = "pixels" // a picture
	State  Input = "state"  // a description of its objects
)

// Asked is how a question is put.
type Asked string

// The ways to ask.
const (
	Bits     Asked = "bits"     // eleven bits
	English  Asked = "english"  // a sentence that stands alone
	Dialogue Asked = "dialogue" // a sentence that may need those before it
)

// Batch is N scenes with Q questions about each. Of Image and State, and of Bits and Tokens, one is nil.
type Batch struct {
	Image   *torch.Tensor // float32 [N, 3, 75, 75], from 0 to 1
	State   *torch.Tensor // float32 [N, 6, 10], as Scene.State
	Bits    *torch.Tensor // float32 [N, Q, 11], as Question.Bits
	Tokens  *torch.Tensor // int64 [N, Q, 16], as Encode
	Lengths *torch.Tensor // int64 [N, Q], on the CPU
	Kinds   *torch.Tensor // int64 [N, Q]: indices into Kinds
	Refers  *torch.Tensor // int64 [N, Q]: Reference, how a question of a dialogue says what it is about; others name it
	Target  *torch.Tensor // int64 [N, Q]: indices into Answers
}

// Samples is the number of questions.
func (b Batch) Samples() int { return b.Target.Numel() }

// To moves a batch to a device. Lengths stay on the CPU, where packing wants them.
func (b Batch) To(d torch.Device) Batch {
	for _, t := range []**torch.Tensor{&b.Image, &b.State, &b.Bits, &b.Tokens, &b.Kinds, &b.Refers, &b.Target} {
		if *t != nil {
			*t = (*t).To(d)
		}
	}
	return b
}

// View is a side, seen and asked in one way: a data set whose batches are made whole.
type View struct {
	side  *Side
	input Input
	asked Asked
	named int // every so many-th dialogue names all its objects; 0: none
}

// As looks at the side in one way.
func (s *Side) As(input Input, asked Asked) *View { return &View{side: s, input: input, asked: asked} }

// Naming is the view with each n-th dialogue put in sentences that stand alone, for training: where two questions in three
// say "it", a model takes long to learn which colours there are.
func (v *View) Naming(n int) *View {
	named := *v
	named.named = n
	return &named
}

// Len is the number of scenes.
func (v *View) Len() int { return v.side.Len() }

// Get is one scene, as a batch of one.
func (v *View) Get(index int) (Batch, error) { return v.GetBatch(context.Background(), []int{index}) }

// GetBatch is the scenes at indices. Pictures are drawn as they are asked for.
func (v *View) GetBatch(_ context.Context, indices []int) (Batch, error) {
	var b builder
	for _, i := range indices {
		if i < 0 || i >= v.Len() {
			return Batch{}, fmt.Errorf("sortofclevr: expected an index from 0 to %d, but got %d", v.Len()-1, i)
		}
		b.see(v.side.Scenes[i], v.input)
		asked := v.asked
		if asked == Dialogue && v.named > 0 && i%v.named == 0 {
			asked = English
		}
		for _, t := range v.side.Dialogues[i] {
			b.ask(v.side.Scenes[i], t, asked)
		}
	}
	return b.batch(len(indices))
}

// builder gathers the numbers of a batch.
type builder struct {
	pixels                 []uint8
	state, bits            []float32
	tokens, lengths        []int64
	kinds, refers, targets []int64
}

func (b *builder) see(s Scene, input Input) {
	if input == State {
		b.state = append(b.state, s.State()...)
		return
	}
	n := len(b.pixels)
	b.pixels = append(b.pixels, make([]uint8, 3*Size*Size)...)
	s.drawInto(b.pixels[n:])
}

func (b *builder) ask(s Scene, t Turn, asked Asked) {
	q, refers := t.Question, Named
	switch asked {
	case Bits:
		q, _ = q.Canonical()
		bits := q.Bits()
		b.bits = append(b.bits, bits[:]...)
	case Dialogue:
		b.read(t.Spoken())
		refers = t.Refers
	default:
		b.read(t.Text())
	}
	b.kinds = append(b.kinds, int64(q.Kind))
	b.refers = append(b.refers, int64(refers))
	b.targets = append(b.targets, int64(s.Answer(q)))
}

func (b *builder) read(text string) {
	numbers, length, err := Encode(Words(text))
	if err != nil {
		panic(err) // a phrase is too long
	}
	b.tokens = append(b.tokens, numbers[:]...)
	b.lengths = append(b.lengths, int64(length))
}

func (b *builder) batch(n int) (batch Batch, err error) {
	err = torch.Try(func() error {
		if b.pixels != nil {
			bytes := torch.FromSlice(b.pixels, n, 3, Size, Size)
			defer bytes.Free()
			batch.Image = Normalize(bytes)
		} else {
			batch.State = torch.FromSlice(b.state, n, Objects, Features)
		}
		if b.bits != nil {
			batch.Bits = torch.FromSlice(b.bits, n, Turns, QuestionBits)
		} else {
			batch.Tokens = torch.FromSlice(b.tokens, n, Turns, MaxWords)
			batch.Lengths = torch.FromSlice(b.lengths, n, Turns)
		}
		batch.Kinds = torch.FromSlice(b.kinds, n, Turns)
		batch.Refers = torch.FromSlice(b.refers, n, Turns)
		batch.Target = torch.FromSlice(b.targets, n, Turns)
		return nil
	})
	return batch, err
}

// Normalize turns bytes into the pictures of a batch, from 0 to 1.
func Normalize(bytes *torch.Tensor) *torch.Tensor { return bytes.To(torch.Float32).DivInplace(255) }

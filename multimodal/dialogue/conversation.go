package dialogue

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"multitorch/datasets/sortofclevr"
	"multitorch/nn"
	"multitorch/torch"
)

// Conversation asks a model about one picture, question after question.
//
// What "it" is, a model of dialogues remembers itself. Models of other questions are helped by [sortofclevr.Memory]: what
// they are asked names its object.
type Conversation struct {
	model  *Model
	config Config
	device torch.Device
	scene  sortofclevr.Batch
	// understood follows the questions by their words, to refuse those that can't be answered.
	understood sortofclevr.Memory
	memory     *torch.Tensor // of the model
}

// Reply is what a model says to a question.
type Reply struct {
	// Question is what was understood, by words.
	Question sortofclevr.Question
	// Answers are all answers, the likeliest first, and Probabilities how likely they are.
	Answers       []sortofclevr.Answer
	Probabilities []float64
}

// NewConversation begins to talk about a picture of 75x75 pixels, planar RGB as [sortofclevr.FromImage] returns it. The
// model is on a device and was made of a configuration. A model that reads descriptions is given the one that
// [sortofclevr.Describe] finds, whose error is returned.
func NewConversation(m *Model, c Config, planar []uint8, device torch.Device) (*Conversation, error) {
	talk := &Conversation{model: m, config: c, device: device}
	if n := 3 * sortofclevr.Size * sortofclevr.Size; len(planar) != n {
		return nil, fmt.Errorf("a picture: expected %d bytes, but got %d", n, len(planar))
	}
	if c.Input == sortofclevr.State {
		scene, err := sortofclevr.Describe(planar)
		if err != nil {
			return nil, err
		}
		talk.scene.State = torch.FromSlice(scene.State(), 1, sortofclevr.Objects, sortofclevr.Features)
	} else {
		talk.scene.Image = sortofclevr.Normalize(torch.FromSlice(planar, 1, 3, sortofclevr.Size, sortofclevr.Size))
	}
	talk.scene.Target = torch.Zeros(torch.Shape{1, 1}, torch.Int64)
	talk.scene.Kinds, talk.scene.Refers = talk.scene.Target, talk.scene.Target
	talk.scene = talk.scene.To(device)
	nn.Eval(m)
	return talk, nil
}

// Ask answers a question. One that can't be understood is an error that says why, and is not remembered.
func (t *Conversation) Ask(text string) (Reply, error) {
	before := t.understood
	question, err := t.understood.Parse(text)
	if err != nil {
		return Reply{}, err
	}
	reply, err := t.answer(question, text)
	if err != nil {
		t.understood = before
	}
	return reply, err
}

// answer asks the model, which remembers the question if it is of dialogues.
func (t *Conversation) answer(q sortofclevr.Question, text string) (r Reply, err error) {
	opposite := false
	switch t.config.Asked {
	case sortofclevr.English:
		text = sortofclevr.Turn{Question: q}.Text() // which names its object
	case sortofclevr.Bits:
		_, opposite = q.Canonical()
	}
	var p []float32
	err = torch.Try(func() (err error) {
		torch.NoGrad(func() {
			torch.Step(func() {
				var b sortofclevr.Batch
				if b, err = t.put(q, text); err != nil {
					return
				}
				logits, memory := t.model.Answer(b, t.memory)
				p = torch.ToSlice[float32](logits.View(-1).Softmax(0))
				if memory != nil {
					t.remember(memory.Keep())
				}
			})
		})
		return err
	})
	if err != nil {
		return r, err
	}
	return newReply(q, p, opposite)
}

// put puts a question about the scene, as bits or as words.
func (t *Conversation) put(q sortofclevr.Question, text string) (b sortofclevr.Batch, err error) {
	b = t.scene
	if t.config.Asked == sortofclevr.Bits {
		bits := q.Bits()
		b.Bits = torch.FromSlice(bits[:], 1, 1, len(bits)).To(t.device)
		return b, nil
	}
	numbers, length, err := sortofclevr.Encode(sortofclevr.Words(text))
	if err != nil {
		return b, err
	}
	b.Tokens = torch.FromSlice(numbers[:], 1, 1, len(numbers)).To(t.device)
	b.Lengths = torch.FromSlice([]int64{int64(length)}, 1, 1)
	return b, nil
}

func (t *Conversation) remember(memory *torch.Tensor) {
	if t.memory != nil {
		t.memory.Free()
	}
	t.memory = memory
}

func newReply(q sortofclevr.Question, p []float32, opposite bool) (Reply, error) {
	r := Reply{Question: q}
	of := map[sortofclevr.Answer]float64{}
	for i, v := range p {
		if math.IsNaN(float64(v)) {
			return r, errors.New("the model's scores for this input are NaN or infinite")
		}
		a := sortofclevr.Answer(i)
		if opposite {
			a = a.Opposite()
		}
		r.Answers = append(r.Answers, a)
		of[a] = float64(v)
	}
	slices.SortStableFunc(r.Answers, func(a, b sortofclevr.Answer) int {
		switch {
		case of[a] > of[b]:
			return -1
		case of[a] < of[b]:
			return 1
		}
		return 0
	})
	for _, a := range r.Answers {
		r.Probabilities = append(r.Probabilities, of[a])
	}
	return r, nil
}

// Command seq2seq is a sequence to sequence model with attention (Bahdanau et al., 2014; Luong et al., 2015) that
// turns words round. The encoder reads letters, the decoder says them in reverse order. At each letter it looks
// back at what the encoder made of all of them.
package main

import (
	"flag"
	"fmt"
	"log"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

const start, letters = 0, 26 // tokens: the start, and 1 to 26 for a to z

type Seq2Seq struct {
	nn.Base
	Embedding        *nn.Embedding
	Encoder, Decoder *nn.GRU
	Combine, Out     *nn.Linear
}

func NewSeq2Seq(width int) *Seq2Seq {
	return &Seq2Seq{
		Embedding: nn.NewEmbedding(letters+1, width),
		Encoder:   nn.NewGRU(width, width, nn.BatchFirst(true)),
		Decoder:   nn.NewGRU(width, width, nn.BatchFirst(true)),
		Combine:   nn.NewLinear(2*width, width),
		Out:       nn.NewLinear(width, letters+1),
	}
}

// Encode is the memory [N, S, width] of a source [N, S], and the last state.
func (m *Seq2Seq) Encode(source *torch.Tensor) (memory, hidden *torch.Tensor) {
	return m.Encoder.Forward(m.Embedding.Forward(source), nil)
}

// Decode is scores [N, T, letters + 1] of what follows each of the tokens [N, T], and the state.
func (m *Seq2Seq) Decode(tokens, memory, hidden *torch.Tensor) (scores, state *torch.Tensor) {
	output, hidden := m.Decoder.Forward(m.Embedding.Forward(tokens), hidden)
	weights := output.Matmul(memory.Transpose(1, 2)).Softmax(2) // [N, T, S]
	context := weights.Matmul(memory)
	output = m.Combine.Forward(torch.Cat([]*torch.Tensor{output, context}, 2)).Tanh()
	return m.Out.Forward(output), hidden
}

// Translate says the likeliest letter each time, given those before.
func (m *Seq2Seq) Translate(source *torch.Tensor) *torch.Tensor {
	memory, hidden := m.Encode(source)
	tokens := torch.Full(torch.Shape{source.Size(0), 1}, start)
	var said []*torch.Tensor
	for range source.Size(1) {
		var scores *torch.Tensor
		scores, hidden = m.Decode(tokens, memory, hidden)
		tokens = scores.Argmax(2)
		said = append(said, tokens)
	}
	return torch.Cat(said, 1)
}

func makeBatch(n, length int) (source, target *torch.Tensor) {
	source = torch.Randint(1, letters+1, torch.Shape{n, length})
	return source, source.Flip(1)
}

func word(tokens *torch.Tensor) (w string) {
	for _, t := range torch.ToSlice[int64](tokens) {
		w += string(rune('a' + t - 1))
	}
	return w
}

func main() {
	steps := flag.Int("steps", 1500, "training steps")
	length := flag.Int("length", 10, "letters of a word")
	flag.Parse()
	torch.ManualSeed(0)

	model := NewSeq2Seq(64)
	criterion := nn.NewCrossEntropyLoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.002))

	for step := range *steps {
		torch.Step(func() { // what is made in it ends with it
			source, target := makeBatch(64, *length)
			memory, hidden := model.Encode(source)
			first := torch.Full(torch.Shape{64, 1}, start)
			before := target.Index(torch.Colon, torch.R(nil, -1))
			tokens := torch.Cat([]*torch.Tensor{first, before}, 1) // the decoder is told what was right before
			scores, _ := model.Decode(tokens, memory, hidden)
			loss := criterion.Forward(scores.Flatten(0, 1), target.Flatten(0, -1))
			optimizer.ZeroGrad()
			loss.Backward()
			optimizer.Step()
			if step%(*steps/20+1) == 0 {
				log.Printf("step %d: loss %.9g", step, loss.Item())
			}
		})
	}

	torch.NoGrad(func() {
		source, target := makeBatch(1000, *length)
		said := model.Translate(source)
		log.Printf("right: %.3f", said.Eq(target).All(1).Float().Mean().Item())
		for i := range 3 {
			fmt.Println(word(source.Index(i)), "->", word(said.Index(i)))
		}
	})
}

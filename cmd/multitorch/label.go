package main

import (
	"errors"
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers"
)

// labelCmd is also what checks a model that finetune wrote.
type labelCmd struct {
	sentences
	File string `arg:"" default:"-" help:"Text file, of which each line is a text (-: what is piped in)."`
}

// labelBatch is how many texts are looked at together.
const labelBatch = 32

// Run prints the likeliest class of each line, and how likely it is.
func (c *labelCmd) Run() error {
	lines, err := readLines(c.File)
	if err != nil {
		return err
	}
	m, dir, err := c.classifier(nil)
	if e := (*transformers.LoadError)(nil); errors.As(err, &e) && len(e.Missing) > 0 {
		return fmt.Errorf("--model: %s tells no classes apart: expected a folder that multitorch finetune wrote: %w", dir, err)
	}
	if err != nil {
		return err
	}
	tokens, err := m.sentences.Tokens(lines)
	if err != nil {
		return err
	}
	nn.Eval(m.model)
	names := m.model.Configuration().Common().Labels()
	return torch.Try(func() error {
		for begin := 0; begin < len(lines); begin += labelBatch {
			end := min(begin+labelBatch, len(lines))
			torch.NoGrad(func() {
				torch.Step(func() {
					best, class := m.logits(tokens[begin:end]).Softmax(-1).MaxDim(-1)
					likely := torch.ToSlice[float32](best.CPU())
					for i, k := range torch.ToSlice[int64](class.CPU()) {
						printf("%-16s %5.1f %%  %s\n", names[k], 100*likely[i], lines[begin+i])
					}
				})
			})
		}
		return nil
	})
}

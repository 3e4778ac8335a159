package metrics

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// Classified is what a classifier said of a batch, and what would have been right. N is the number of samples, C that of
// classes; further dimensions, of a picture's pixels or a text's words, are many answers of one sample.
type Classified struct {
	// Scores are floats [N, C, ...], of which the highest wins; or the classes that were predicted, integers [N, ...].
	Scores *torch.Tensor
	// Target are classes, integers [N, ...]; or the probabilities of the classes, floats [N, C, ...], of which the
	// highest is the right one.
	Target *torch.Tensor
	// Ignore says which targets count for nothing: bools [N, ...]. Without it those do that are -100, as in
	// CrossEntropyLoss; for IgnoreIndex(255) it is target.Eq(255).
	Ignore *torch.Tensor
}

// ignored is CrossEntropyLoss's default for targets that count for nothing.
const ignored = -100

// Samples is N.
func (c Classified) Samples() int { return c.Target.Size(0) }

// Weight is the number of targets that count, which is what the mean of a loss is over: a scalar where they lie.
func (c Classified) Weight() *torch.Tensor {
	_, counted := c.targets()
	return counted.Sum()
}

// answers are the predicted classes, the right ones, and which of them count: three tensors [N, ...]. Classes from 0 to
// classes-1 can be told apart; 0 where that isn't known.
func (c Classified) answers() (predicted, target, counted *torch.Tensor, classes int) {
	target, counted = c.targets()
	predicted = c.Scores
	if predicted.DType().IsFloatingPoint() {
		if predicted.Dim() < 2 {
			panic(c.misfit("expected scores [N, C, ...], with a score for each class"))
		}
		classes = predicted.Size(1)
		predicted = predicted.Argmax(1)
	} else {
		predicted = predicted.To(torch.Int64)
	}
	if !slices.Equal(predicted.Shape(), target.Shape()) {
		panic(c.misfit("expected scores [N, C, ...] and targets [N, ...]"))
	}
	return predicted, target, counted, classes
}

func (c Classified) targets() (target, counted *torch.Tensor) {
	target = c.Target
	probabilities := target.DType().IsFloatingPoint()
	if probabilities {
		if !slices.Equal(target.Shape(), c.Scores.Shape()) || target.Dim() < 2 {
			panic(c.misfit("expected probabilities of the scores' shape, or classes of an integer type"))
		}
		target = target.Argmax(1)
	} else {
		target = target.To(torch.Int64)
	}
	switch {
	case c.Ignore != nil:
		if !slices.Equal(c.Ignore.Shape(), target.Shape()) {
			panic(c.misfit(fmt.Sprintf("expected Ignore of the targets' shape, but got %v", c.Ignore.Shape())))
		}
		return target, c.Ignore.Not()
	case probabilities:
		return target, torch.OnesLike(target, torch.Bool)
	}
	return target, target.Ne(ignored)
}

func (c Classified) misfit(expected string) *torch.Error {
	return &torch.Error{Op: "metrics", Kind: torch.ValueError, Message: fmt.Sprintf("%s, but got scores %v (%v) and targets %v (%v)",
		expected, c.Scores.Shape(), c.Scores.DType(), c.Target.Shape(), c.Target.DType())}
}

// outside says which classes are none of 0 to classes-1.
func outside(class *torch.Tensor, classes int) *torch.Tensor {
	return class.Lt(0).Or(class.Ge(classes))
}

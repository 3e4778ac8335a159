package generation

import (
	"math"

	"multitorch/torch"
)

var (
	logSumExp = torch.NewOperator("aten::logsumexp", "self", "dim", "keepdim")
	nanSum    = torch.NewOperator("aten::nansum", "self", "dim", "keepdim")
)

// Temperature divides the scores: below 1 the likely gets likelier.
type Temperature float64

// Process is a [Processor]'s.
func (t Temperature) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
	return scores.Div(float64(t))
}

// TopK keeps the K likeliest ids, and those that are as likely as the last of them (Fan et al., "Hierarchical Neural Story
// Generation", 2018).
type TopK struct{ K, Keep int } // Keep is how many are kept at least

// Process is a [Processor]'s.
func (p TopK) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
	return scores.MaskedFill(below(scores, max(p.K, p.Keep)), never)
}

// below is where scores are smaller than the k-th largest.
func below(scores *torch.Tensor, k int) *torch.Tensor {
	top, _ := scores.Topk(min(k, scores.Size(-1)), -1)
	return scores.Lt(top.Narrow(-1, top.Size(-1)-1, 1))
}

// TopP keeps the fewest likeliest ids that have the probability P together (Holtzman et al., "The Curious Case of Neural Text
// Degeneration", 2020).
type TopP struct {
	P    float64
	Keep int
}

// Process is a [Processor]'s.
func (p TopP) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
	sorted, order := scores.Sort(-1, false)
	drop := sorted.Softmax(-1).Cumsum(-1).Le(1 - p.P)
	n := drop.Size(-1)
	drop.Narrow(-1, max(0, n-p.Keep), min(n, p.Keep)).FillInplace(false)
	return scores.MaskedFill(drop.Scatter(1, order, drop), never)
}

// MinP keeps the ids that are at least so likely in comparison with the likeliest.
type MinP struct {
	P    float64
	Keep int
}

// Process is a [Processor]'s.
func (p MinP) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
	probs := scores.Softmax(-1)
	drop := probs.Lt(probs.Amax(-1).Unsqueeze(-1).Mul(p.P))
	_, best := probs.Topk(min(p.Keep, probs.Size(-1)), -1)
	return scores.MaskedFill(drop.ScatterInplace(-1, best, false), never)
}

// TopH keeps the likeliest ids until they have so much of the entropy of the hundred likeliest (Potraghloo et al., "Top-H
// Decoding", 2025).
type TopH float64

// Process is a [Processor]'s.
func (h TopH) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
	top, order := scores.Topk(min(100, scores.Size(-1)), -1)
	logits := top.Sub(logSumExp.Call(top, []int{-1}, true))
	probs := logits.Softmax(-1)
	entropy := logits.Clamp(-math.MaxFloat32, nil).Mul(probs).Sum(-1).Neg()
	parts := probs.Neg().Mul(probs.Log()).Cumsum(-1)
	keep := parts.Le(entropy.Mul(float64(h)).Unsqueeze(-1))
	keep.Narrow(1, 0, 1).FillInplace(true)
	drop := torch.OnesLike(scores, torch.Bool).ScatterInplace(1, order, keep.Not())
	return scores.MaskedFill(drop, never)
}

// Typical keeps the ids whose surprise is nearest to what is expected, until they have the probability Mass together (Meister
// et al., "Locally Typical Sampling", 2022).
type Typical struct {
	Mass float64
	Keep int
}

// Process is a [Processor]'s.
func (p Typical) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
	logs := scores.LogSoftmax(-1)
	entropy := nanSum.Call(logs.Mul(logs.Exp()), []int{-1}, true).Neg()
	sorted, order := logs.Neg().Sub(entropy).Abs().Sort(-1, false)
	mass := scores.Gather(-1, order).Softmax(-1).Cumsum(-1)
	last := mass.Lt(p.Mass).Sum(1).Clamp(nil, sorted.Size(-1)-1)
	drop := sorted.Gt(sorted.Gather(1, last.View(-1, 1)))
	drop.Narrow(-1, 0, min(p.Keep, drop.Size(-1))).FillInplace(false)
	return scores.MaskedFill(drop.Scatter(1, order, drop), never)
}

// EpsilonCutoff keeps the ids that are at least so likely (Hewitt et al., "Truncation Sampling as Language Model
// Desmoothing", 2022).
type EpsilonCutoff struct {
	Epsilon float64
	Keep    int
}

// Process is a [Processor]'s.
func (p EpsilonCutoff) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
	return scores.MaskedFill(scores.Softmax(-1).Lt(p.Epsilon).And(below(scores, p.Keep)), never)
}

// EtaCutoff is EpsilonCutoff with less where the entropy is high.
type EtaCutoff struct {
	Epsilon float64
	Keep    int
}

// Process is a [Processor]'s.
func (p EtaCutoff) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
	logits := scores.Sub(logSumExp.Call(scores, []int{-1}, true))
	entropy := logits.Clamp(-math.MaxFloat32, nil).Mul(logits.Softmax(-1)).Sum(-1).Neg()
	epsilon := torch.New(p.Epsilon, torch.Float32).To(scores.Device())
	eta := epsilon.Minimum(epsilon.Sqrt().Mul(entropy.Neg().Exp())).Unsqueeze(-1)
	return scores.MaskedFill(scores.Softmax(-1).Lt(eta).And(below(scores, p.Keep)), never)
}

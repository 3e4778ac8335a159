package distributions

import (
	"math"
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Multinomial is how often each class comes in n draws, as torch.distributions.Multinomial.
type Multinomial struct {
	Base
	TotalCount  int
	categorical *Categorical
	binomial    *Binomial
}

// NewMultinomial makes it of the number of draws and [Probs] or [Logits], as [NewCategorical].
func NewMultinomial(totalCount int, p ProbsOrLogits, opts ...Option) *Multinomial {
	if totalCount < 0 {
		panic(invalid("Multinomial", "expected total_count of 0 or more, but got %d", totalCount))
	}
	c := NewCategorical(p)
	return newMultinomial(totalCount, c, NewBinomial(totalCount, Probs(c.Probs())), opts...)
}

func newMultinomial(n int, c *Categorical, b *Binomial, opts ...Option) *Multinomial {
	d := &Multinomial{TotalCount: n, categorical: c, binomial: b}
	d.Init(d, c.batch, torch.Shape{c.NumEvents()}, c.both(opts), opts...)
	return d
}

// Probs is the probabilities.
func (d *Multinomial) Probs() *torch.Tensor { return d.categorical.Probs() }

// Logits is the logarithms of the probabilities.
func (d *Multinomial) Logits() *torch.Tensor { return d.categorical.Logits() }

// Expand implements [Distribution].
func (d *Multinomial) Expand(shape ...int) Distribution {
	binomial := d.binomial
	if since(2, 15) {
		binomial = binomial.Expand(slices.Concat(shape, d.event)...).(*Binomial)
	}
	return newMultinomial(d.TotalCount, d.categorical.Expand(shape...).(*Categorical), binomial, d.keep())
}

// Support implements [Distribution].
func (d *Multinomial) Support() constraints.Constraint { return constraints.Multinomial(d.TotalCount) }

// Mean implements [Distribution].
func (d *Multinomial) Mean() *torch.Tensor { return d.Probs().Mul(d.TotalCount) }

// Variance implements [Distribution].
func (d *Multinomial) Variance() *torch.Tensor {
	return d.Probs().Mul(d.TotalCount).Mul(d.Probs().RSub(1))
}

// Sample implements [Distribution].
func (d *Multinomial) Sample(shape ...int) *torch.Tensor {
	samples := d.categorical.Sample(slices.Concat(torch.Shape{d.TotalCount}, shape)...)
	samples = samples.Movedim(0, -1)
	counts := torch.Zeros(d.ExtendedShape(shape...), samples.DType(), samples.Device())
	counts.ScatterAddInplace(-1, samples, torch.OnesLike(samples))
	return counts.TypeAs(d.Probs())
}

// LogProb implements [Distribution].
func (d *Multinomial) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	v := torch.BroadcastTensors(d.Logits(), value)
	logits, value := v[0].Contiguous().Clone(), v[1]
	logN := value.Sum(-1).Add(1).Lgamma()
	logXs := value.Add(1).Lgamma().Sum(-1)
	logits.IndexPut(0, value.Eq(0).And(logits.Eq(math.Inf(-1))))
	return logN.Sub(logXs).Add(logits.Mul(value).Sum(-1))
}

// Entropy implements [Distribution].
func (d *Multinomial) Entropy() *torch.Tensor {
	n := torch.New(d.TotalCount)
	if since(2, 15) {
		n = n.TypeAs(d.Probs())
	}
	entropy := n.Mul(d.categorical.Entropy()).Sub(n.Add(1).Lgamma())
	support := d.binomial.EnumerateSupport(false).Index(torch.R(1, nil))
	probs := d.binomial.LogProb(support).Exp()
	return entropy.Add(probs.Mul(support.Add(1).Lgamma()).Sum(0, -1))
}

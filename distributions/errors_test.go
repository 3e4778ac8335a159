package distributions_test

import (
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/distributions"
	"multitorch/distributions/constraints"
	"multitorch/internal/leak"
	"multitorch/torch"
)

// failure is the error that f panics with.
func failure(t *testing.T, f func()) *torch.Error {
	t.Helper()
	var e *torch.Error
	require.ErrorAs(t, torch.Try(func() error { f(); return nil }), &e)
	return e
}

func TestBadParameters(t *testing.T) {
	v := torch.New([]float32{1, 2, 3})
	var none *torch.Tensor
	var nobody *distributions.Normal
	normal := distributions.NewNormal(v, 1.0)
	for _, c := range []struct {
		message string
		kind    torch.Kind
		do      func()
	}{
		{
			"Normal: expected parameter scale (a tensor of shape (2,)) of distribution Normal(loc: torch.Size([2]), scale: torch.Size([2])) " +
				"to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values:\ntensor([ 1., -1.])", torch.ValueError,
			func() { distributions.NewNormal(0, torch.New([]float32{1, -1})) },
		},
		{
			"Normal: expected parameter loc (a tensor of shape ()) of distribution Normal(loc: nan, scale: 1.0) " +
				"to satisfy the constraint Real(), but found invalid values:\ntensor(nan)", torch.ValueError,
			func() { distributions.NewNormal(math.NaN(), 1.0) },
		},
		{
			"Normal: expected parameters that can be broadcast, but got loc (3,), scale (2,)", torch.ValueError,
			func() { distributions.NewNormal(v, torch.Ones(torch.Shape{2})) },
		},
		{"Normal: expected a tensor or a number as scale, but got nil", torch.TypeError, func() { distributions.NewNormal(v, nil) }},
		{"Normal: expected a tensor or a number as loc, but got nil", torch.TypeError, func() { distributions.NewNormal(none, 1) }},
		{"Normal: expected a tensor or a number as loc, but got a string", torch.TypeError, func() { distributions.NewNormal("0", 1) }},
		{"Normal: option 0 is nil", torch.TypeError, func() { distributions.NewNormal(0, 1, nil) }},
		{
			"Normal: no keyword argument lims; it takes validate_args", torch.TypeError,
			func() { distributions.NewNormal(0, 1, distributions.Lims{0.4, 0.6}) },
		},
		{
			"Uniform: expected parameter low (a tensor of shape ()) of distribution Uniform(low: 1.0, high: 1.0) " +
				"to satisfy the constraint LessThan(upper_bound=1.0), but found invalid values:\ntensor(1.)", torch.ValueError,
			func() { distributions.NewUniform(1, 1) },
		},
		{"Categorical: expected a tensor as probs, but got a float64", torch.TypeError, func() { distributions.NewCategorical(byProbs(0.5)) }},
		{
			"Categorical: expected a tensor as probs, but got nil", torch.TypeError,
			func() { distributions.NewCategorical(distributions.ProbsOrLogits{}) },
		},
		{
			"Categorical: expected logits of 1 dimensions or more, but got the shape ()", torch.ValueError,
			func() { distributions.NewCategorical(byLogits(torch.New(1.0))) },
		},
		{"Geometric: expected parameter probs", torch.ValueError, func() { distributions.NewGeometric(byProbs(0.0)) }},
		{"NegativeBinomial: expected parameter probs", torch.ValueError, func() { distributions.NewNegativeBinomial(3, byProbs(1.0)) }},
		{"Binomial: expected parameter total_count", torch.ValueError, func() { distributions.NewBinomial(-1, byProbs(0.5)) }},
		{
			"Multinomial: expected total_count of 0 or more, but got -1", torch.ValueError,
			func() { distributions.NewMultinomial(-1, byLogits(v)) },
		},
		{"Beta: expected parameter", torch.ValueError, func() { distributions.NewBeta(1.0, 0.0) }},
		{
			"MultivariateNormal: expected one of CovarianceMatrix, PrecisionMatrix and ScaleTril, but got none", torch.ValueError,
			func() { distributions.NewMultivariateNormal(v, distributions.Covariance{}) },
		},
		{
			"MultivariateNormal: expected a loc and a scale_tril of one size, but got the shapes (3,) and (2, 2)", torch.ValueError,
			func() { distributions.NewMultivariateNormal(v, distributions.ScaleTril(torch.Eye(2))) },
		},
		{
			"MultivariateNormal: expected covariance_matrix of square matrices, but got the shape (2, 3)", torch.ValueError,
			func() {
				distributions.NewMultivariateNormal(v, distributions.CovarianceMatrix(torch.Ones(torch.Shape{2, 3})))
			},
		},
		{
			"MultivariateNormal: expected parameter covariance_matrix", torch.ValueError,
			func() { distributions.NewMultivariateNormal(v, distributions.CovarianceMatrix(torch.Eye(3).Neg())) },
		},
		{
			"MultivariateNormal: expected a tensor as loc, but got nil", torch.TypeError,
			func() { distributions.NewMultivariateNormal(nil, distributions.ScaleTril(torch.Eye(2))) },
		},
		{
			"LowRankMultivariateNormal: expected a loc [3], a cov_factor [3, m] and a cov_diag [3]", torch.ValueError,
			func() { distributions.NewLowRankMultivariateNormal(v, torch.Ones(torch.Shape{2, 1}), v) },
		},
		{
			"Wishart: expected df above 2, the number of rows less 1, but got tensor(2.)", torch.ValueError,
			func() { distributions.NewWishart(2.0, distributions.CovarianceMatrix(torch.Eye(3))) },
		},
		{"LKJCholesky: expected dim of 2 or more, but got 1", torch.ValueError, func() { distributions.NewLKJCholesky(1, 1.0) }},
		{
			"Independent: expected reinterpreted_batch_ndims from 0 to 1, the dimensions of the batch, but got 2", torch.ValueError,
			func() { distributions.NewIndependent(normal, 2) },
		},
		{"Independent: the base distribution is nil", torch.TypeError, func() { distributions.NewIndependent(nobody, 0) }},
		{
			"TransformedDistribution: expected a base distribution of 1 dimensions or more, but got the shape ()", torch.ValueError,
			func() {
				distributions.NewTransformedDistribution(distributions.NewNormal(0, 1),
					[]distributions.Transform{distributions.NewStickBreakingTransform()})
			},
		},
		{"ComposeTransform: transform 1 is nil", torch.TypeError, func() {
			distributions.NewTransformedDistribution(normal, []distributions.Transform{distributions.NewExpTransform(), nil})
		}},
		{
			"MixtureSameFamily: expected as many components as the mixture chooses from, 2, but got 3", torch.ValueError,
			func() {
				distributions.NewMixtureSameFamily(distributions.NewCategorical(byLogits(torch.Ones(torch.Shape{2}))), normal)
			},
		},
		{"RelaxedBernoulli: expected parameter", torch.ValueError, func() {
			distributions.NewRelaxedBernoulli(torch.New(1.0), byLogits(math.NaN()))
		}},
		{
			"AffineTransform: expected a tensor or a number as scale, but got nil", torch.TypeError,
			func() { distributions.NewAffineTransform(0, nil) },
		},
		{
			"ReshapeTransform: expected shapes with as many elements, but got (2, 3) and (5,)", torch.ValueError,
			func() { distributions.NewReshapeTransform(torch.Shape{2, 3}, torch.Shape{5}) },
		},
		{
			"biject_to: it has no transform for the constraint Boolean()", torch.NotImplemented,
			func() { distributions.BijectTo(constraints.Boolean) },
		},
		{
			"kl_divergence: no KL(p || q) is known for p of type Normal and q of type Poisson", torch.NotImplemented,
			func() { distributions.KLDivergence(normal, distributions.NewPoisson(1)) },
		},
		{"kl_divergence: the second distribution is nil", torch.TypeError, func() { distributions.KLDivergence(normal, nil) }},
	} {
		if c.message[:16] == "RelaxedBernoulli" {
			c.message = "LogitRelaxedBernoulli: expected parameter logits"
		}
		e := failure(t, c.do)
		require.Contains(t, e.Error(), c.message)
		require.ErrorIs(t, e, c.kind, c.message)
		require.Contains(t, e.Site, "errors_test.go", c.message)
	}
}

func TestBadValues(t *testing.T) {
	normal := distributions.NewNormal(torch.Zeros(torch.Shape{3}), 1.0)
	dirichlet := distributions.NewDirichlet(torch.Ones(torch.Shape{3}))
	categorical := distributions.NewCategorical(byLogits(torch.Zeros(torch.Shape{4})))
	for message, do := range map[string]func(){
		"Normal: expected a tensor as value, but got nil": func() { normal.LogProb(nil) },
		"Normal: expected a value that is broadcastable with the batch and the event, (3,), but got the shape (2,)": func() {
			normal.LogProb(torch.Ones(torch.Shape{2}))
		},
		"Normal: expected a value (a tensor of shape ()) within the support (Real()) of the distribution Normal(": func() {
			normal.CDF(torch.New(math.NaN()))
		},
		"Dirichlet: expected a value whose last dimensions are those of the event (3,), but got the shape (2,)": func() {
			dirichlet.LogProb(torch.Ones(torch.Shape{2}))
		},
		"Dirichlet: expected a value whose last dimensions are those of the event (3,), but got the shape ()": func() {
			dirichlet.LogProb(torch.New(1.0))
		},
		"Categorical: expected a value (a tensor of shape ()) within the support (IntegerInterval(lower_bound=0, upper_bound=3)) of " +
			"the distribution Categorical(logits: torch.Size([4])), but found invalid values:\ntensor(4)": func() {
			categorical.LogProb(torch.New(4))
		},
		"Normal: expected sizes of 0 or more, but got (-1,)": func() { normal.Sample(-1) },
		"Beta: it has no cdf":                                func() { distributions.NewBeta(1, 1).CDF(torch.New(0.5)) },
	} {
		require.Contains(t, failure(t, do).Error(), message)
	}
	require.ErrorIs(t, failure(t, func() { distributions.NewPoisson(1).RSample() }), torch.NotImplemented)
	require.ErrorIs(t, failure(t, func() { distributions.NewPoisson(1).Entropy() }), torch.NotImplemented)
	for _, do := range []func(){
		func() { normal.ICDF(nil) }, func() { categorical.LogProb(nil) }, func() { dirichlet.LogProb(nil) }, func() { normal.Expand(2) },
		func() { distributions.NewGamma(1, 1).LogProb(nil) }, func() { distributions.NewHalfNormal(1).CDF(nil) },
		func() { categorical.Expand(-1) },
		func() { distributions.NewLogNormal(0, 1).LogProb(nil) }, func() { distributions.NewLogNormal(0, 1).CDF(nil) },
		func() { distributions.NewHalfCauchy(1).LogProb(nil) }, func() { distributions.NewHalfNormal(1).ICDF(nil) },
		func() { distributions.NewExpTransform().Forward(nil) }, func() { distributions.Inv(nil) }, func() { distributions.BijectTo(nil) },
	} {
		failure(t, do)
	}
}

func TestValidationCanBeTurnedOff(t *testing.T) {
	off := distributions.ValidateArgs(false)
	d := distributions.NewNormal(0, -1.0, off)
	require.True(t, math.IsNaN(d.LogProb(torch.New(math.NaN())).Item()))
	require.False(t, d.Expand(2).(*distributions.Normal).Validates())

	distributions.SetDefaultValidateArgs(false)
	defer distributions.SetDefaultValidateArgs(true)
	distributions.NewNormal(0, -1.0)
	failure(t, func() { distributions.NewNormal(0, -1.0, distributions.ValidateArgs(true)) })
}

// Logits that were computed in a step are freed with it, and computed again in the next one.
func TestADistributionLivesLongerThanAStep(t *testing.T) {
	d := distributions.NewCategorical(byProbs(torch.New([]float32{0.25, 0.75})))
	for range 3 {
		torch.Step(func() {
			require.InDelta(t, math.Log(0.75), d.LogProb(torch.New(1)).Item(), 1e-6)
			require.InDelta(t, math.Log(0.25), d.Expand(3).LogProb(torch.New(0)).Index(2).Item(), 1e-6)
		})
	}
	before := leak.CollectorOff(t)
	torch.Step(func() { distributions.NewBernoulli(byLogits(0.5)).Sample(10) })
	require.Equal(t, before, torch.LiveTensors())
}

// A distribution of one's own, with a divergence.
type point struct {
	distributions.Base
	at *torch.Tensor
}

func newPoint(at *torch.Tensor) *point {
	d := &point{at: at}
	d.Init(d, at.Shape(), nil, []distributions.Parameter{{Name: "at", Value: at, Constraint: constraints.Positive}})
	return d
}

func (d *point) RSample(shape ...int) *torch.Tensor { return d.at.Expand(d.ExtendedShape(shape...)...) }
func (d *point) Variance() *torch.Tensor            { return torch.ZerosLike(d.at) }

func TestOneOfYourOwn(t *testing.T) {
	d := newPoint(torch.New([]float32{1, 2}))
	require.Equal(t, "point(at: torch.Size([2]))", d.String())
	require.Equal(t, torch.Shape{3, 2}, d.Sample(3).Shape())
	require.Equal(t, 0.0, d.Stddev().Sum().Item())
	require.True(t, errors.Is(failure(t, func() { d.Mean() }), torch.NotImplemented))
	require.Contains(t, failure(t, func() { newPoint(torch.New(-1.0)) }).Error(), "point: expected parameter at")
	failure(t, func() { distributions.KLDivergence(d, d) })
	failure(t, func() { distributions.RegisterKL[*point, *point](nil) })
	require.Contains(t, failure(t, func() { new(point).Sample() }).Error(), "Base.Init")
	distributions.RegisterKL(func(p, q *point) *torch.Tensor { return p.at.Sub(q.at) })
	require.Equal(t, 0.0, distributions.KLDivergence(d, d).Sum().Item())
}

// Goroutines may share a distribution: what is computed for later is computed once.
func TestManyGoroutines(t *testing.T) {
	d := distributions.NewMultinomial(3, byProbs(torch.New([]float32{0.2, 0.3, 0.5})))
	value := torch.New([]float32{1, 1, 1})
	want := d.LogProb(value).Item()
	var group sync.WaitGroup
	results := make(chan float64, 8*20)
	d = distributions.NewMultinomial(3, byProbs(torch.New([]float32{0.2, 0.3, 0.5})), distributions.ValidateArgs(false))
	for range 8 {
		group.Go(func() {
			for range 20 {
				d.Sample(2)
				results <- d.LogProb(value).Item()
			}
		})
	}
	group.Wait()
	close(results)
	for got := range results {
		require.Equal(t, want, got)
	}
}

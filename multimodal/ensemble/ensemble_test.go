package ensemble_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/leak"
	"multitorch/multimodal/ensemble"
	"multitorch/nn"
	"multitorch/torch"
)

const classes = 4

// draw is what some members say of some samples, and their probabilities.
func draw(t *rapid.T) (logits []*torch.Tensor, p [][][]float32) {
	n := rapid.IntRange(1, 5).Draw(t, "samples")
	for range rapid.IntRange(1, 4).Draw(t, "members") {
		values := rapid.SliceOfN(rapid.Float32Range(-40, 40), n*classes, n*classes).Draw(t, "logits")
		l := torch.FromSlice(values, n, classes)
		logits = append(logits, l)
		p = append(p, torch.ToNested[[][]float32](l.Softmax(1)))
	}
	return logits, p
}

func TestMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logits, p := draw(t)
		weights := rapid.SliceOfN(rapid.Float64Range(0.1, 5), len(logits), len(logits)).Draw(t, "weights")
		total := 0.
		for _, w := range weights {
			total += w
		}
		byP := torch.ToNested[[][]float32](ensemble.Probabilities(weights, logits...))
		byL := torch.ToNested[[][]float32](ensemble.Logits(weights, logits...))
		for i := range byP {
			var geometric [classes]float64
			all := 0.
			for c := range classes {
				mean := 0.
				for m := range p {
					mean += weights[m] / total * float64(p[m][i][c])
					geometric[c] += weights[m] / total * math.Log(math.Max(float64(p[m][i][c]), 1e-38))
				}
				require.InDelta(t, mean, byP[i][c], 1e-5)
				geometric[c] = math.Exp(geometric[c])
				all += geometric[c]
			}
			for c := range classes {
				require.InDelta(t, geometric[c]/all, byL[i][c], 1e-3)
			}
		}
		require.Equal(t, ensemble.Probabilities(nil, logits...).Bytes(), ensemble.Probabilities(same(len(logits)), logits...).Bytes())
	})
}

func same(n int) []float64 {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = 3
	}
	return weights
}

// The class with the most votes wins; among those with as many the likelier one.
// Members that are sure outweigh no vote, however little it is ahead.
// Weights whose sum is infinite count as much as others in the same proportions.
func TestLargeWeights(t *testing.T) {
	logits := []*torch.Tensor{torch.FromSlice([]float32{1, 2}).View(1, 2), torch.FromSlice([]float32{3, 1}).View(1, 2)}
	for _, f := range []func([]float64, ...*torch.Tensor) *torch.Tensor{ensemble.Probabilities, ensemble.Logits, ensemble.Vote} {
		require.True(t, torch.Equal(f([]float64{1, 0.5}, logits...), f([]float64{1.5e308, 0.75e308}, logits...)))
	}
}

func TestVotesComeBeforeProbabilities(t *testing.T) {
	logits := func(v ...float32) *torch.Tensor { return torch.FromSlice(v, 1, len(v)) }
	got := ensemble.Vote([]float64{0.36, 0.32, 0.32}, logits(0.1, 0, 0), logits(0, 9, 0), logits(0, 8.5, 9))
	require.Equal(t, int64(0), torch.ToSlice[int64](got.Argmax(1))[0], "%v", torch.ToSlice[float32](got))
}

func TestVote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logits, p := draw(t)
		got := torch.ToNested[[][]float32](ensemble.Vote(nil, logits...))
		for i := range got {
			var votes [classes]int
			var mean [classes]float64
			for m := range p {
				best := 0
				for c := range classes {
					mean[c] += float64(p[m][i][c])
					if torchValue(logits[m], i, c) > torchValue(logits[m], i, best) {
						best = c
					}
				}
				votes[best]++
			}
			winner, sum := 0, 0.
			for c := range classes {
				sum += float64(got[i][c])
				if got[i][c] > got[i][winner] {
					winner = c
				}
			}
			require.InDelta(t, 1, sum, 1e-5)
			for c := range classes {
				require.GreaterOrEqual(t, votes[winner], votes[c])
				if votes[c] == votes[winner] {
					require.GreaterOrEqual(t, mean[winner], mean[c]-1e-4)
				}
			}
		}
	})
}

func torchValue(x *torch.Tensor, i, j int) float64 { return x.Select(0, i).Select(0, j).Item() }

// Two members each know half of the classes: a mean knows less than a meta-learner that has seen who knows what.
func TestStacking(t *testing.T) {
	torch.ManualSeed(0)
	sample := func(n int) (target *torch.Tensor, logits []*torch.Tensor) {
		target = torch.Randint(0, classes, torch.Shape{n})
		truth := torch.Zeros(torch.Shape{n, classes}).Scatter(1, target.Unsqueeze(1), 6)
		for m := range 2 {
			knows := target.Lt(2)
			if m == 1 {
				knows = knows.Not()
			}
			noise := torch.Randn(torch.Shape{n, classes}).Mul(2)
			wrong := noise.Add(torch.Zeros(torch.Shape{n, classes}).Scatter(1, torch.Full(torch.Shape{n, 1}, 2-2*m, torch.Int64), 7))
			logits = append(logits, torch.Where(knows.Unsqueeze(1), truth.Add(noise), wrong))
		}
		return target, logits
	}
	accuracy := func(scores, target *torch.Tensor) float64 {
		return scores.Argmax(1).Eq(target).To(torch.Float32).Mean().Item()
	}
	held, heldLogits := sample(300)
	test, logits := sample(1000)
	s := ensemble.NewStacking(2, classes)
	begin := s.Forward(logits...).Argmax(1).Eq(ensemble.Logits(nil, logits...).Argmax(1)).To(torch.Float32).Mean().Item()
	require.Greater(t, begin, 0.99, "it begins as the mean, but for what it holds for impossible")
	before := accuracy(ensemble.Probabilities(nil, logits...), test)
	mean := nn.NewCrossEntropyLoss().Forward(ensemble.Logits(nil, heldLogits...), held).Item()
	for _, penalty := range []float64{1e4, 1e6, 1e12} {
		left := s.Fit(held, penalty, heldLogits...)
		require.Less(t, s.Weight.Sub(s.Mean.Tensor).Abs().Max().Item(), 1e-3, "a penalty of %v leaves the weights there", penalty)
		require.Less(t, left, 0.8*mean, "and the bias finds its place all the same")
	}
	loss := s.Fit(held, 0.01, heldLogits...)
	require.Less(t, loss, 0.5)
	after := accuracy(s.Forward(logits...), test)
	require.Greater(t, after, before+0.1, "from %v", before)

	again := ensemble.NewStacking(2, classes)
	again.Fit(held, 0.01, heldLogits...)
	for _, p := range nn.Parameters(again) {
		require.Nil(t, p.Grad())
	}
	require.InDelta(t, after, accuracy(again.Forward(logits...), test), 0.01)
}

func TestRefuses(t *testing.T) {
	a, b := torch.Zeros(torch.Shape{2, classes}), torch.Zeros(torch.Shape{2, 3})
	nan := torch.Full(torch.Shape{2, classes}, math.NaN())
	target := torch.Zeros(torch.Shape{2}, torch.Int64)
	for want, f := range map[string]func(){
		"at least one member":                         func() { ensemble.Vote(nil) },
		"number 1 has others than number 0":           func() { ensemble.Logits(nil, a, b) },
		"a weight for each of 2 members":              func() { ensemble.Probabilities([]float64{1}, a, a) },
		"weight 1: expected a number":                 func() { ensemble.Probabilities([]float64{1, math.NaN()}, a, a) },
		"all weights are 0":                           func() { ensemble.Vote([]float64{0, 0}, a, a) },
		"at least a member and a class":               func() { ensemble.NewStacking(0, 2) },
		"of 2 members for 4 classes, but got 1 for 4": func() { ensemble.NewStacking(2, classes).Forward(a) },
		"finite penalty of at least 0":                func() { ensemble.NewStacking(1, classes).Fit(target, -1, a) },
		"but got +Inf":                                func() { ensemble.NewStacking(1, classes).Fit(target, math.Inf(1), a) },
		"NaN or infinite":                             func() { ensemble.NewStacking(1, classes).Fit(target, 0.01, nan) },
	} {
		var e *torch.Error
		err := torch.Try(func() error { f(); return nil })
		require.ErrorAs(t, err, &e)
		require.ErrorContains(t, err, want)
	}
}

func TestLeavesNothing(t *testing.T) {
	run := func() {
		torch.Step(func() {
			logits := []*torch.Tensor{torch.Randn(torch.Shape{9, classes}), torch.Randn(torch.Shape{9, classes})}
			ensemble.Vote(nil, logits...)
			ensemble.Logits(nil, logits...)
			ensemble.NewStacking(2, classes).Fit(torch.Randint(0, classes, torch.Shape{9}), 0.01, logits...)
		})
	}
	run()
	before, _ := leak.Settled()
	for range 3 {
		run()
	}
	after, _ := leak.Settled() // what an optimizer remembers goes with it, to the collector
	require.Equal(t, before, after)
}

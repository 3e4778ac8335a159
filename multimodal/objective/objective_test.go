package objective_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/leak"
	"multitorch/multimodal/objective"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// TestFormulas holds losses and gradients against those of open_clip, of SigLIP's paper and of Kendall's.
func TestFormulas(t *testing.T) {
	torch.ManualSeed(4)
	a, b := torch.Randn(torch.Shape{6, 5}).SetRequiresGrad(true), torch.Randn(torch.Shape{6, 5}).SetRequiresGrad(true)
	group := torch.New([]int64{1, 2, 1, 3, 2, 4})
	x := torch.Rand(torch.Shape{3})
	want := twin.Run(t, `
		import torch.nn.functional as F
		a, b, group, x = (inputs[k] for k in ("a", "b", "group", "x"))

		def grads(name, loss, *of):
			out[name] = loss
			for i, g in enumerate(torch.autograd.grad(loss, of)):
				out["%s.%d" % (name, i)] = g

		def clip(a, b, scale, target):
			logits = scale.exp() * F.normalize(a, dim=1) @ F.normalize(b, dim=1).T
			return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2

		a.requires_grad_(), b.requires_grad_()
		scale = torch.tensor(1 / 0.07).log().requires_grad_()
		grads("clip", clip(a, b, scale, torch.arange(6)), a, b, scale)
		same = (group[:, None] == group[None]).float()
		grads("groups", clip(a, b, scale, same / same.sum(1, keepdim=True)), a, b, scale)

		scale, bias = torch.tensor(10.).log().requires_grad_(), torch.tensor(-10.).requires_grad_()
		logits = F.normalize(a, dim=1) @ F.normalize(b, dim=1).T * scale.exp() + bias
		labels = 2 * torch.eye(6) - torch.ones(6, 6)
		grads("siglip", -F.logsigmoid(labels * logits).sum() / 6, a, b, scale, bias)

		s = torch.tensor([0.3, -0.2, 0.5]).requires_grad_()
		sigma = (s / 2).exp()
		grads("kendall", x[0] / sigma[0] ** 2 + sigma[0].log() + x[1] / (2 * sigma[1] ** 2) + sigma[1].log() + x[2] / sigma[2] ** 2 + sigma[2].log(), s)
	`, map[string]*torch.Tensor{"a": a.Detach(), "b": b.Detach(), "group": group, "x": x})
	same := func(name string, loss *torch.Tensor, of ...*torch.Tensor) {
		require.InDelta(t, want[name].Item(), loss.Item(), 1e-5, name)
		for i, g := range torch.Grad([]*torch.Tensor{loss}, of) {
			require.True(t, torch.Allclose(want[name+"."+string(rune('0'+i))], g, 1e-4, 1e-6), "%s %d", name, i)
		}
	}
	clip := objective.NewContrastive()
	require.InDelta(t, 1/0.07, clip.Scale(), 1e-4)
	same("clip", clip.Forward(a, b), a, b, clip.LogScale.Tensor)
	same("groups", clip.ForwardGroups(a, b, group), a, b, clip.LogScale.Tensor)
	require.InDelta(t, clip.Forward(a, b).Item(), clip.ForwardGroups(a, b, torch.Arange(0, 6, 1)).Item(), 1e-5)
	siglip := objective.NewSigLIP()
	same("siglip", siglip.Forward(a, b), a, b, siglip.LogScale.Tensor, siglip.Bias.Tensor)
	require.InDelta(t, siglip.Forward(a, b).Item(), siglip.ForwardGroups(a, b, torch.Arange(0, 6, 1)).Item(), 1e-5)

	u := objective.NewUncertainty([]string{"class", "depth", "other"}, "depth")
	torch.NoGrad(func() { u.LogVariance.CopyInplace(torch.New([]float32{0.3, -0.2, 0.5})) })
	terms := []objective.Term{{Name: "class", Loss: x.Select(0, 0)}, {Name: "depth", Loss: x.Select(0, 1)}, {Name: "other", Loss: x.Select(0, 2)}}
	same("kendall", u.Sum(terms...), u.LogVariance.Tensor)
	require.InDeltaSlice(t, []float64{math.Exp(-0.3), math.Exp(0.2), math.Exp(-0.5)}, u.Weights(), 1e-5)
}

// However far a step throws it, the temperature is within its bounds at the next, and can come back.
func TestTemperatureStaysWithinItsBounds(t *testing.T) {
	m := objective.NewContrastive(objective.ContrastiveConfig{MinScale: 2, MaxScale: 30, Scale: 5})
	a := torch.Randn(torch.Shape{4, 3})
	for _, c := range []struct{ log, want float64 }{{9, 30}, {-9, 2}, {math.Log(7), 7}} {
		torch.NoGrad(func() { m.LogScale.FillInplace(c.log) })
		loss := m.Forward(a, a)
		require.InDelta(t, c.want, m.Scale(), 1e-3)
		m.LogScale.SetGrad(nil)
		loss.Backward()
		require.NotZero(t, m.LogScale.Grad().Item())
	}
	require.Len(t, nn.Parameters(m), 1)
	for _, bad := range []objective.ContrastiveConfig{{Scale: 101}, {MinScale: 200}, {MinScale: -1}, {MaxScale: math.NaN()}, {MaxScale: math.Inf(1)}} {
		require.ErrorContains(t, torch.Try(func() error { objective.NewContrastive(bad); return nil }), "0 < MinScale <= Scale")
	}
}

// A fixed scale of exactly 1, whose logarithm is 0, is a bound like any other.
func TestScaleOfOneIsNoDefault(t *testing.T) {
	m := objective.NewContrastive(objective.ContrastiveConfig{Scale: 1, MinScale: 1, MaxScale: 1})
	torch.NoGrad(func() { m.LogScale.FillInplace(3) })
	m.Forward(torch.Randn(torch.Shape{2, 3}), torch.Randn(torch.Shape{2, 3}))
	require.Equal(t, 1., m.Scale())
}

func TestWarnsWhenStuck(t *testing.T) {
	for name, c := range map[string]struct {
		loss func(step int) float64
		want int
	}{
		"at chance": {func(int) float64 { return math.Log(8) }, 1},
		"about it":  {func(int) float64 { return math.Log(8) * 0.99 }, 1},
		"learning":  {func(step int) float64 { return math.Log(8) * (1 - 0.01*float64(step)) }, 0},
		"far above": {func(int) float64 { return 9 }, 0},
	} {
		var said []string
		s := objective.NewStuck()
		s.Steps, s.Warn = 10, func(m string) { said = append(said, m) }
		for step := range 40 {
			s.Add(torch.ScalarTensor(c.loss(step)), 8)
		}
		require.Len(t, said, c.want, name)
		if c.want > 0 {
			require.Contains(t, said[0], "over the last 10 steps, and 2.079 is what guessing gives")
		}
	}
	// The loss itself looks, in training.
	m := objective.NewContrastive()
	warned := 0
	m.Stuck.Steps, m.Stuck.Warn = 5, func(string) { warned++ }
	alike := torch.Ones(torch.Shape{6, 3})
	nn.Eval(m)
	for range 20 {
		m.Forward(alike, alike)
	}
	require.Zero(t, warned)
	nn.Train(m)
	for range 20 {
		m.Forward(alike, alike)
	}
	require.Equal(t, 1, warned)
}

func TestWeightedSumsAndLogs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := objective.NewWeighted(map[string]float64{"a": 1, "b": 0.5, "c": 0})
		n := rapid.IntRange(1, 5).Draw(t, "steps")
		var sums [3]float64
		for range n {
			v := rapid.SliceOfN(rapid.Float64Range(-10, 10), 3, 3).Draw(t, "losses")
			total := w.Sum(
				objective.Term{Name: "a", Loss: torch.ScalarTensor(v[0])}, objective.Term{Name: "b", Loss: torch.ScalarTensor(v[1])},
				objective.Term{Name: "c", Loss: torch.ScalarTensor(v[2])},
			)
			require.InDelta(t, v[0]+0.5*v[1], total.Item(), 1e-4)
			for i := range sums {
				sums[i] += v[i] / float64(n)
			}
		}
		means := w.Means()
		require.Len(t, means, 3)
		for i, m := range means {
			require.Equal(t, string(rune('a'+i)), m.Name)
			require.InDelta(t, sums[i], m.Value, 1e-4)
		}
		w.Reset()
		require.Empty(t, w.Means())
	})
}

func TestPerModality(t *testing.T) {
	criterion := nn.NewCrossEntropyLoss(nn.Reduction("none"))
	each := []*torch.Tensor{torch.Randn(torch.Shape{3, 4}), torch.Full(torch.Shape{3, 4}, math.NaN())}
	target := torch.New([]int64{0, 3, 1})
	present := torch.New([][]bool{{true, false}, {false, false}, {true, false}})
	losses := objective.PerModality(each, target, present, criterion.Forward)
	some := torch.New([]int64{0, 2})
	want := nn.NewCrossEntropyLoss().Forward(each[0].IndexSelect(0, some), target.IndexSelect(0, some))
	require.InDelta(t, want.Item(), losses[0].Item(), 1e-6)
	require.Zero(t, losses[1].Item(), "nobody has it")
	whole := objective.PerModality(each[:1], target, nil, criterion.Forward)
	require.InDelta(t, nn.NewCrossEntropyLoss().Forward(each[0], target).Item(), whole[0].Item(), 1e-6)
}

// Negatives are never of the pair's own group, and the alike ones come more often.
func TestHardNegatives(t *testing.T) {
	similarity := torch.Zeros(torch.Shape{4, 4})
	similarity.Index(0, 2).FillInplace(5)
	group := torch.New([]int64{0, 0, 1, 2})
	often := 0
	for range 200 {
		texts, images := objective.HardNegatives(similarity, group)
		for i, j := range torch.ToSlice[int64](texts) {
			require.NotEqual(t, []int64{0, 0, 1, 2}[i], []int64{0, 0, 1, 2}[j])
		}
		for i, j := range torch.ToSlice[int64](images) {
			require.NotEqual(t, []int64{0, 0, 1, 2}[i], []int64{0, 0, 1, 2}[j])
		}
		if texts.Select(0, 0).Item() == 2 {
			often++
		}
	}
	require.Greater(t, often, 180)
	same := torch.Zeros(torch.Shape{2}, torch.Int64)
	require.ErrorContains(t, torch.Try(func() error { objective.HardNegatives(torch.Zeros(torch.Shape{2, 2}), same); return nil }),
		"at least two groups")
}

// Pairs that a sign tells apart are learned by each of the losses.
func TestTheyLearn(t *testing.T) {
	torch.ManualSeed(0)
	for name, loss := range map[string]func(a, b *torch.Tensor) *torch.Tensor{
		"clip": objective.NewContrastive().Forward, "siglip": objective.NewSigLIP().Forward,
	} {
		left, right := nn.NewLinear(6, 4), nn.NewLinear(6, 4)
		optimizer := optim.NewAdam(append(nn.Parameters(left), nn.Parameters(right)...), optim.LR(0.02))
		x := torch.Randn(torch.Shape{6, 6})
		y := x.Matmul(torch.Randn(torch.Shape{6, 6}))
		first, last := 0., 0.
		for step := range 200 {
			l := loss(left.Forward(x), right.Forward(y))
			if last = l.Item(); step == 0 {
				first = last
			}
			optimizer.ZeroGrad()
			l.Backward()
			optimizer.Step()
		}
		require.Less(t, last, 0.2*first, name)
	}
	m := objective.NewMatching(4)
	optimizer := optim.NewAdam(nn.Parameters(m), optim.LR(0.05))
	a := torch.Eye(4)
	fuse := func(x, y *torch.Tensor) *torch.Tensor { return x.Mul(y) }
	for range 300 {
		l := m.Forward(fuse, a, a, torch.Zeros(torch.Shape{4, 4}), nil)
		optimizer.ZeroGrad()
		l.Backward()
		optimizer.Step()
	}
	p := torch.ToSlice[float32](m.Probability(fuse(a, a.Roll(1, 0).Add(0))))
	require.Less(t, p[0], float32(0.2))
	require.Greater(t, torch.ToSlice[float32](m.Probability(fuse(a, a)))[0], float32(0.8))
}

func TestRefuses(t *testing.T) {
	one, x := torch.ScalarTensor(1.), torch.Zeros(torch.Shape{3, 2})
	w := objective.NewWeighted(map[string]float64{"a": 1, "b": 0})
	u := objective.NewUncertainty([]string{"a"})
	for want, f := range map[string]func(){
		`weight of "a": expected a number, but got NaN`: func() { objective.NewWeighted(map[string]float64{"a": math.NaN()}) },
		`no weight for the loss "c"`:                    func() { w.Sum(objective.Term{Name: "c", Loss: one}) },
		`the loss "a": expected a scalar`:               func() { w.Sum(objective.Term{Name: "a", Loss: x}) },
		"no term with a weight other than 0":            func() { w.Sum(objective.Term{Name: "b", Loss: one}) },
		"name of at least one loss":                     func() { objective.NewUncertainty(nil) },
		`expected the losses ["a"], but got 0`:          func() { u.Sum() },
		"in this order":                                 func() { u.Sum(objective.Term{Name: "b", Loss: one}) },
		"expected features [N, D] and [M, D]":           func() { objective.NewSigLIP().Forward(x, x.T()) },
		"as many b as a":                                func() { objective.NewContrastive().Forward(x, torch.Zeros(torch.Shape{2, 2})) },
		"expected a number for each of 3 pairs":         func() { objective.NewContrastive().ForwardGroups(x, x, torch.Zeros(torch.Shape{2}, torch.Int64)) },
		"a loss of each of 3 samples": func() {
			objective.PerModality([]*torch.Tensor{x}, nil, nil, func(a, _ *torch.Tensor) *torch.Tensor { return a.Sum() })
		},
	} {
		var e *torch.Error
		err := torch.Try(func() error { f(); return nil })
		require.ErrorAs(t, err, &e, want)
		require.ErrorContains(t, err, want)
	}
}

func TestLeavesNothing(t *testing.T) {
	clip, siglip, w := objective.NewContrastive(), objective.NewSigLIP(), objective.NewWeighted(map[string]float64{"a": 1, "b": 2})
	m := objective.NewMatching(3)
	run := func() {
		torch.Step(func() {
			x := torch.Randn(torch.Shape{5, 3}).SetRequiresGrad(true)
			scores := clip.Scores(x, x)
			match := m.Forward(func(a, b *torch.Tensor) *torch.Tensor { return a.Mul(b) }, x, x, scores, nil)
			w.Sum(objective.Term{Name: "a", Loss: clip.Forward(x, x)}, objective.Term{Name: "b", Loss: siglip.Forward(x, x)}).Add(match).Backward()
		})
	}
	run()
	before := leak.CollectorOff(t)
	for range 5 {
		run()
	}
	require.Equal(t, before, torch.LiveTensors())
}

package torch_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

func TestGeneratorsAreLikePythons(t *testing.T) {
	want := twin.Run(t, `
torch.manual_seed(1)
g = torch.Generator()
g.manual_seed(5)
def draw(g):
    e = lambda: torch.empty(7)
    w = torch.tensor([0.1, 0.2, 0.3, 0.4])
    return torch.cat([
        torch.rand(3, generator=g), torch.randn(5, generator=g), torch.randint(0, 9, (4,), generator=g),
        torch.randperm(6, generator=g), e().uniform_(-1, 2, generator=g), e().normal_(1, 2, generator=g),
        e().exponential_(2, generator=g), e().cauchy_(0, 1, generator=g), e().log_normal_(0, 1, generator=g),
        e().geometric_(0.3, generator=g), e().random_(2, 9, generator=g), e().bernoulli_(0.4, generator=g), w.bernoulli(generator=g),
        torch.multinomial(w, 3, generator=g), torch.poisson(w, generator=g), torch.normal(w, w, generator=g)])
save(first=draw(g), state=g.get_state(), seed=g.initial_seed())
h = torch.Generator()
h.set_state(g.get_state())
save(again=draw(h), own_seed=torch.initial_seed(), default=torch.default_generator.get_state())
`, nil)
	torch.ManualSeed(1)
	draw := func(g *torch.Generator) *torch.Tensor {
		w := torch.New([]float32{0.1, 0.2, 0.3, 0.4})
		e := func() *torch.Tensor { return torch.Empty(torch.Shape{7}) }
		var all []*torch.Tensor
		for _, x := range []*torch.Tensor{
			torch.Rand(torch.Shape{3}, g), torch.Randn(torch.Shape{5}, g), torch.Randint(0, 9, torch.Shape{4}, g),
			torch.Randperm(6, g), e().UniformInplace(-1, 2, g), e().NormalInplace(1, 2, g),
			e().ExponentialInplace(2, g), e().CauchyInplace(0, 1, g), e().LogNormalInplace(0, 1, g),
			e().GeometricInplace(0.3, g), e().RandintInplace(2, 9, g), e().BernoulliInplace(0.4, g), w.Bernoulli(g),
			w.Multinomial(3, false, g), w.Poisson(g), torch.Normal(w, w, g),
		} {
			all = append(all, x.To(torch.Float32))
		}
		return torch.Cat(all, 0)
	}
	g := torch.NewGenerator(5)
	first := draw(g)
	require.Equal(t, want["seed"].Item(), float64(g.InitialSeed()))
	state := g.State()
	h := torch.NewGenerator(0)
	h.SetState(state)
	clone := g.Clone()
	again := draw(h)
	requireAll(t, map[string]*torch.Tensor{"first": want["first"], "state": want["state"], "again": want["again"], "default": want["default"]},
		map[string]*torch.Tensor{"first": first, "state": state, "again": again, "default": torch.RNGState()})
	requireSame(t, again, draw(clone))
	requireSame(t, again, draw(g))
	require.Equal(t, want["own_seed"].Item(), float64(torch.InitialSeed()))
}

func TestLikeFunctionsTakeAGenerator(t *testing.T) {
	want := twin.Run(t, `
x = torch.zeros(2, 3)
torch.manual_seed(3)
save(rand=torch.rand_like(x))
torch.manual_seed(3)
save(randn=torch.randn_like(x, dtype=torch.float64))
torch.manual_seed(3)
save(randint=torch.randint_like(x, 2, 8))
`, nil)
	x := torch.Zeros(torch.Shape{2, 3})
	for _, g := range []*torch.Generator{nil, torch.NewGenerator(3)} {
		seed := func() *torch.Generator {
			if g != nil {
				return g.ManualSeed(3)
			}
			torch.ManualSeed(3)
			return nil
		}
		requireAll(t, want, map[string]*torch.Tensor{
			"rand": torch.RandLike(x, seed()), "randn": torch.RandnLike(x, torch.Float64, seed()), "randint": torch.RandintLike(x, 2, 8, seed()),
		})
	}
	require.True(t, torch.RandLike(x, torch.RequiresGrad(true)).RequiresGrad())
}

func TestSeeds(t *testing.T) {
	g := torch.NewGenerator(5)
	require.Equal(t, torch.CPU, g.Device())
	require.EqualValues(t, 5, g.InitialSeed())
	one, two := g.Seed(), g.Seed()
	require.NotEqual(t, one, two)
	require.Equal(t, two, g.InitialSeed())
	requireSame(t, torch.Rand(torch.Shape{4}, g), torch.Rand(torch.Shape{4}, torch.NewGenerator(two)))

	seed := torch.Seed()
	require.Equal(t, seed, torch.InitialSeed())
	requireSame(t, torch.Rand(torch.Shape{4}), torch.Rand(torch.Shape{4}, torch.NewGenerator(seed)))
	torch.DefaultGenerator().ManualSeed(7)
	requireSame(t, torch.Rand(torch.Shape{4}, torch.DefaultGenerator(torch.CPU)), torch.Rand(torch.Shape{4}, torch.NewGenerator(7)))
	require.EqualValues(t, 7, torch.InitialSeed())
}

func TestForkRNG(t *testing.T) {
	torch.ManualSeed(2)
	want := torch.Rand(torch.Shape{3})
	torch.ManualSeed(2)
	torch.ForkRNG(func() { torch.Rand(torch.Shape{9}) })
	require.Panics(t, func() { torch.ForkRNG(func() { torch.ManualSeed(8); panic("out") }, torch.CPU) })
	requireSame(t, want, torch.Rand(torch.Shape{3}))
}

// A generator of each goroutine draws as if it were alone; one for all gives each
// number to one of them.
func TestGeneratorsOfGoroutines(t *testing.T) {
	const goroutines, rounds = 64, 20
	draws := func(g *torch.Generator) (all []byte) {
		for range rounds {
			all = append(all, torch.Randn(torch.Shape{16}, g).Bytes()...)
		}
		return all
	}
	run := func(generator func(i int) *torch.Generator) [][]byte {
		got := make([][]byte, goroutines)
		var group sync.WaitGroup
		for i := range got {
			group.Go(func() { got[i] = draws(generator(i)) })
		}
		group.Wait()
		return got
	}
	for i, got := range run(func(i int) *torch.Generator { return torch.NewGenerator(int64(i)) }) {
		require.True(t, bytes.Equal(draws(torch.NewGenerator(int64(i))), got), "goroutine %d", i)
	}

	pieces := func(all [][]byte) map[string]int {
		count := map[string]int{}
		for _, b := range all {
			for ; len(b) > 0; b = b[64:] {
				count[string(b[:64])]++
			}
		}
		return count
	}
	shared := torch.NewGenerator(3)
	alone := torch.NewGenerator(3)
	var want [][]byte
	for range goroutines {
		want = append(want, draws(alone))
	}
	require.Equal(t, pieces(want), pieces(run(func(int) *torch.Generator { return shared })))
}

func TestGeneratorsOfOtherDevices(t *testing.T) {
	if torch.CUDAIsAvailable() {
		t.Skip("there is a GPU: make cuda checks it")
	}
	for _, use := range []func(){
		func() { torch.NewGenerator(1, torch.CUDA) },
		func() { torch.DefaultGenerator(torch.NewDevice("cuda:1")) },
		func() { torch.RNGState(torch.CUDA) },
		func() { torch.SetRNGState(torch.RNGState(), torch.CUDA) },
	} {
		var e *torch.Error
		require.ErrorAs(t, torch.Try(func() error { use(); return nil }), &e)
		require.Equal(t, torch.NotImplemented, e.Kind)
		require.ErrorContains(t, e, torch.CUDAWhyNot())
	}
	torch.CUDAManualSeed(1) // as in Python, without effect
	torch.CUDAManualSeedAll(1)
	g := torch.NewGenerator(1)
	require.ErrorContains(t, torch.Try(func() error { g.SetState(torch.Zeros(torch.Shape{3}, torch.Uint8)); return nil }),
		"Generator.SetState")
}

package distributed_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/distributed"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// normed has a batch norm over all ranks.
type normed struct {
	nn.Base
	First  *nn.Linear
	Norm   *nn.SyncBatchNorm
	Second *nn.Linear
}

func newNormed() *normed {
	torch.ManualSeed(3)
	return &normed{First: nn.NewLinear(8, 6), Norm: nn.NewSyncBatchNorm(6), Second: nn.NewLinear(6, 5)}
}

func (m *normed) Forward(x *torch.Tensor) *torch.Tensor {
	return m.Second.Forward(m.Norm.Forward(m.First.Forward(x)).Tanh())
}

// whole is what a single process computes of all ranks' samples: the state and the gradients after two steps.
func whole(m *normed, forward func(func() *torch.Tensor) *torch.Tensor, rank, ranks int) []torch.NamedTensor {
	opt := optim.NewSGD(nn.Parameters(m), optim.LR(0.5))
	for step := range 2 {
		x, y := batch(step, rank, ranks, 24)
		opt.ZeroGrad()
		forward(func() *torch.Tensor { return functional.CrossEntropy(m.Forward(x), y) }).Backward()
		opt.Step()
	}
	all := nn.StateDict(m)
	for _, p := range nn.NamedParameters(m) {
		all = append(all, torch.NamedTensor{Name: p.Name + ".grad", Tensor: p.Grad()})
	}
	return all
}

var wholeBatch = scene("whole batch", func(_ context.Context, g *distributed.Group) error {
	m := newNormed()
	ddp, err := distributed.NewDistributedDataParallel(m, g)
	must(err)
	got := whole(m, ddp.Forward, g.Rank(), g.WorldSize())
	ddp.Close()
	for i, want := range whole(newNormed(), func(f func() *torch.Tensor) *torch.Tensor { return f() }, 0, 1) {
		if got[i].Tensor.Sub(want.Tensor).Abs().Max().Item() > 1e-6 {
			return fmt.Errorf("%s: a single process on the whole batch has\n%v, but there is\n%v", want.Name, want.Tensor, got[i].Tensor)
		}
	}
	return nil
})

func TestGradientsAreThoseOfTheWholeBatch(t *testing.T) { play(t, 4, wholeBatch) }

// unused has a layer that its output does not depend on.
type unused struct {
	nn.Base
	Used, Idle *nn.Linear
}

var forgotten = scene("forgotten", func(_ context.Context, g *distributed.Group) error {
	m := &unused{Used: nn.NewLinear(8, 5), Idle: nn.NewLinear(8, 5)}
	step := func(d *distributed.DistributedDataParallel) error {
		x, y := batch(0, g.Rank(), g.WorldSize(), 24)
		return torch.Try(func() error {
			d.Forward(func() *torch.Tensor { return functional.CrossEntropy(m.Used.Forward(x), y) }).Backward()
			return nil
		})
	}
	ddp, err := distributed.NewDistributedDataParallel(m, g)
	must(err)
	must(step(ddp))
	fmt.Println(step(ddp)) // it is found with the next Forward
	ddp.Close()
	ddp, err = distributed.NewDistributedDataParallel(m, g, distributed.FindUnusedParameters(true))
	must(err)
	for range 3 {
		must(step(ddp))
	}
	if m.Idle.Weight.Grad() != nil {
		return fmt.Errorf("a parameter that is not used has a gradient")
	}
	return nil
})

func TestUnusedParametersAreNamed(t *testing.T) {
	out := play(t, 2, forgotten)
	require.Contains(t, out[0], "rank 0: the last Backward gave no gradient to idle.weight, idle.bias")
	require.Contains(t, out[1], "rank 1:")
}

var otherModel = scene("other model", func(_ context.Context, g *distributed.Group) error {
	_, err := distributed.NewDistributedDataParallel(nn.NewLinear(8, 5+g.Rank()), g)
	fmt.Println(err)
	err = g.Agree("data", "samples 100", fmt.Sprintf("batch size %d", 10+g.Rank()))
	fmt.Println(err)
	return nil
})

func TestRanksThatDisagreeOnTheModel(t *testing.T) {
	for _, out := range play(t, 2, otherModel) {
		require.Contains(t, out, "rank 1 disagrees with rank 0 on the model: rank 1 has parameter weight float32[6, 8], trained: true, "+
			"where rank 0 has parameter weight float32[5, 8], trained: true")
		require.Contains(t, out, "on the data: rank 1 has batch size 11, where rank 0 has batch size 10")
	}
}

// sharded trains by ZeRO from the state in IN, if there is one, and saves into OUT; or without ZERO the same by Adam alone.
var sharded = scene("sharded", func(_ context.Context, g *distributed.Group) error {
	m := newNet()
	ddp, err := distributed.NewDistributedDataParallel(m, g)
	must(err)
	params := nn.Parameters(m)
	adam := func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdam(ps, optim.LR(0.01)) }
	opt := adam(params)
	if os.Getenv("ZERO") != "" {
		opt, err = distributed.NewZeroRedundancyOptimizer(params, g, adam)
		must(err)
		if text := fmt.Sprint(opt); !strings.HasPrefix(text, "ZeroRedundancyOptimizer (\nParameter Group 0\n    amsgrad: False\n") {
			must(errors.New(text))
		}
	}
	in, out := os.Getenv("IN"), os.Getenv("OUT")
	if in != "" {
		model, _, err := torch.LoadSafetensors(in + "/model.safetensors")
		must(err)
		must(nn.LoadStateDict(m, model))
		state := optim.State{}
		state.Tensors, state.Metadata, err = distributed.LoadSharded(in + "/optimizer")
		must(err)
		must(opt.LoadStateDict(state))
	}
	for step := range 4 {
		x, y := batch(step, g.Rank(), g.WorldSize(), 24)
		opt.ZeroGrad()
		ddp.Forward(func() *torch.Tensor { return functional.CrossEntropy(m.Forward(x), y) }).Backward()
		opt.Step()
	}
	state := opt.StateDict()
	if os.Getenv("ZERO") == "" && g.Rank() > 0 {
		state.Tensors = nil // all ranks have all of it
	}
	must(distributed.SaveSharded(g, out+"/optimizer", state.Tensors, state.Metadata))
	if g.Rank() == 0 {
		must(torch.SaveSafetensors(out+"/model.safetensors", nn.StateDict(m), nil))
	}
	return g.Barrier()
})

// TestZeRO trains at 4 ranks, and goes on at 2, with every optimizer state whole at each rank, and shared out.
func TestZeRO(t *testing.T) {
	plain, zero := t.TempDir(), t.TempDir()
	play(t, 4, sharded, "OUT="+plain)
	play(t, 4, sharded, "OUT="+zero, "ZERO=1")
	same := func(a, b string) {
		for _, file := range []string{"", "optimizer"} {
			read := func(dir string) []torch.NamedTensor {
				if file == "" {
					ts, _, err := torch.LoadSafetensors(dir + "/model.safetensors")
					require.NoError(t, err)
					return ts
				}
				ts, _, err := distributed.LoadSharded(dir + "/optimizer")
				require.NoError(t, err)
				return ts
			}
			got := map[string]*torch.Tensor{}
			for _, n := range read(b) {
				got[n.Name] = n.Tensor
			}
			want := read(a)
			require.Len(t, got, len(want))
			for _, n := range want {
				twin.RequireEqual(t, n.Tensor, got[n.Name], n.Name)
			}
		}
	}
	same(plain, zero)
	files, err := filepath.Glob(zero + "/optimizer/*.safetensors")
	require.NoError(t, err)
	require.Len(t, files, 4)

	plain2, zero2 := t.TempDir(), t.TempDir()
	play(t, 2, sharded, "IN="+plain, "OUT="+plain2)
	play(t, 2, sharded, "IN="+zero, "OUT="+zero2, "ZERO=1")
	same(plain2, zero2)

	play(t, 2, sharded, "IN="+zero, "OUT="+zero, "ZERO=1") // over the save of four ranks
	files, err = filepath.Glob(zero + "/optimizer/*.safetensors")
	require.NoError(t, err)
	require.Len(t, files, 2)
	same(zero2, zero)
}

func TestBrokenShards(t *testing.T) {
	write := func(dir, name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	shard := func(dir, name string, n float64) {
		require.NoError(t, torch.SaveSafetensors(filepath.Join(dir, name), []torch.NamedTensor{{Name: "x", Tensor: torch.New([]float64{n})}}, nil))
	}
	for name, test := range map[string]struct {
		make func(dir string)
		want string
	}{
		"nothing":   {func(string) {}, "no such file"},
		"no JSON":   {func(dir string) { write(dir, "index.json", "x") }, "no index of a sharded checkpoint"},
		"elsewhere": {func(dir string) { write(dir, "index.json", `{"save":"../../../etc","ranks":1}`) }, "expected a save's name"},
		"many":      {func(dir string) { write(dir, "index.json", `{"save":"abcdefgh","ranks":1000000000}`) }, "expected a save's name and from 1"},
		"no ranks":  {func(dir string) { write(dir, "index.json", `{"save":"abcdefgh"}`) }, "from 1 to"},
		"missing":   {func(dir string) { write(dir, "index.json", `{"save":"abcdefgh","ranks":1}`) }, "abcdefgh-00000-of-00001.safetensors is not there"},
		"twice": {func(dir string) {
			write(dir, "index.json", `{"save":"abcdefgh","ranks":2}`)
			shard(dir, "abcdefgh-00000-of-00002.safetensors", 1)
			shard(dir, "abcdefgh-00001-of-00002.safetensors", 2)
		}, `the tensor "x" is in`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			test.make(dir)
			_, _, err := distributed.LoadSharded(dir)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func FuzzLoadSharded(f *testing.F) {
	f.Add(`{"save":"abcdefgh","ranks":1}`)
	f.Add(`{"save":"../../../../etc/passwd","ranks":-1}`)
	f.Add(strings.Repeat("[", 10000))
	f.Fuzz(func(t *testing.T, index string) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "index.json"), []byte(index), 0o600))
		_, _, err := distributed.LoadSharded(dir)
		require.Error(t, err)
	})
}

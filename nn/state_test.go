package nn_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

func copied(state []torch.NamedTensor) []torch.NamedTensor {
	state = slices.Clone(state)
	for i, s := range state {
		state[i].Tensor = s.Tensor.Detach().Clone()
	}
	return state
}

func TestLoadStateDict(t *testing.T) {
	from, to := newNet(), newNet()
	from.Norm.NumBatchesTracked.AddInplace(7)
	parameters := nn.Parameters(to)
	state := copied(nn.StateDict(from))
	slices.Reverse(state) // the order does not matter
	for i, s := range state {
		if s.Name == "norm.weight" {
			state[i].Tensor = s.Tensor.To(torch.Float64) // and dtypes are converted
		}
	}
	require.NoError(t, nn.LoadStateDict(to, state))
	require.Equal(t, parameters, nn.Parameters(to))
	want := nn.StateDict(from)
	for i, got := range nn.StateDict(to) {
		require.Equal(t, want[i].Name, got.Name)
		require.Equal(t, want[i].Tensor.DType(), got.Tensor.DType())
		require.True(t, torch.Equal(want[i].Tensor, got.Tensor), got.Name)
		require.False(t, got.Tensor.SharesMemory(want[i].Tensor))
	}
	require.True(t, to.Out.Weight.RequiresGrad())
	require.True(t, to.Out.Weight.IsLeaf())
}

// TestLoadStateDictErrors: everything that does not fit is listed, and nothing is
// changed.
func TestLoadStateDictErrors(t *testing.T) {
	m := newNet()
	before := copied(nn.StateDict(m))
	state := copied(nn.StateDict(newNet()))
	state[0].Tensor = torch.Zeros(torch.Shape{4, 3})
	state[2].Tensor = torch.Zeros(torch.Shape{})
	state = append(state[:3], state[6:]...) // without heads.0.bias, heads.1.weight, which are there under other names too, and by_name.b.weight
	state = append(state, torch.NamedTensor{Name: "extra", Tensor: torch.Zeros(torch.Shape{1})},
		torch.NamedTensor{Name: "norm.wait", Tensor: torch.Zeros(torch.Shape{3})})
	err := nn.LoadStateDict(m, state)
	var e *nn.StateError
	require.ErrorAs(t, err, &e)
	require.Equal(t, &nn.StateError{LoadReport: nn.LoadReport{
		Missing:    []string{"by_name.b.weight"},
		Unexpected: []string{"extra", "norm.wait"},
		Misshaped:  []string{"body.0.weight: expected [3, 4], but got [4, 3]", "heads.0.weight: expected [3, 3], but got []"},
	}}, e)
	require.EqualError(t, err, "the state does not fit the model: missing keys: by_name.b.weight; unexpected keys: extra, norm.wait; "+
		"shapes that do not match: body.0.weight: expected [3, 4], but got [4, 3], heads.0.weight: expected [3, 3], but got []")

	twice := append(copied(nn.StateDict(m)), torch.NamedTensor{Name: "norm.bias", Tensor: torch.Ones(torch.Shape{3})})
	require.ErrorContains(t, nn.LoadStateDict(m, twice), `the state has the key "norm.bias" twice`)

	missing := copied(nn.StateDict(m))
	missing[0].Tensor = nil
	require.ErrorAs(t, nn.LoadStateDict(m, missing), &e)
	require.Equal(t, []string{"body.0.weight"}, e.Missing)

	for i, s := range nn.StateDict(m) {
		require.True(t, torch.Equal(before[i].Tensor, s.Tensor), s.Name)
	}
}

// TestLoadStateDictLoosely: what is missing or unexpected is reported; what does not fit in shape
// is still an error.
func TestLoadStateDictLoosely(t *testing.T) {
	m := nn.NewLinear(2, 3)
	before := copied(nn.StateDict(m))
	state := []torch.NamedTensor{{Name: "weight", Tensor: torch.Ones(torch.Shape{3, 2})}, {Name: "extra", Tensor: torch.Ones(nil)}}
	var report nn.LoadReport
	require.NoError(t, nn.LoadStateDict(m, state, nn.Strict(false), &report))
	require.Equal(t, nn.LoadReport{Missing: []string{"bias"}, Unexpected: []string{"extra"}}, report)
	require.True(t, torch.Equal(torch.Ones(torch.Shape{3, 2}), m.Weight.Tensor))
	require.True(t, torch.Equal(before[1].Tensor, m.Bias.Tensor))

	state[0].Tensor = torch.Ones(torch.Shape{2, 3})
	require.ErrorContains(t, nn.LoadStateDict(m, state, nn.Strict(false)), "weight: expected [3, 2], but got [2, 3]")
	require.NoError(t, nn.LoadStateDict(m, copied(before), &report))
	require.Zero(t, report)
}

// TestLoadStateDictRenames: names are changed one after the other, and prefixes taken off; an error
// says which prefix would have helped.
func TestLoadStateDictRenames(t *testing.T) {
	m := nn.NewSequential(nn.NewLinear(2, 3), nn.NewBatchNorm1d(3))
	state := copied(nn.StateDict(nn.NewSequential(nn.NewLinear(2, 3), nn.NewBatchNorm1d(3))))
	for i := range state {
		state[i].Name = "module." + state[i].Name
	}
	require.ErrorContains(t, nn.LoadStateDict(m, state), `the state's keys begin with "module.": give nn.StripPrefix("module.")`)
	require.NoError(t, nn.LoadStateDict(m, state, nn.StripPrefix("module.")))
	require.True(t, torch.Equal(state[0].Tensor, nn.StateDict(m)[0].Tensor))

	whole := &struct {
		nn.Base
		Body nn.Module
	}{Body: m}
	for i := range state {
		state[i].Name = strings.TrimPrefix(state[i].Name, "module.")
	}
	require.ErrorContains(t, nn.LoadStateDict(whole, state), `the model's keys begin with "body.": load the state into that part of it`)
	require.NoError(t, nn.LoadStateDict(whole, state, nn.Rename(func(key string) string { return "body." + key })))

	state[0].Name, state[1].Name = "weights", "biases"
	short := nn.Rename(func(key string) string { return strings.TrimSuffix(key, "es") })
	require.NoError(t, nn.LoadStateDict(nn.NewLinear(2, 3), state, short, nn.Rename(func(key string) string {
		return map[string]string{"weights": "weight", "bias": "bias"}[key] // and no others
	}), nn.Strict(true)))
	require.ErrorContains(t, nn.LoadStateDict(m, state, nn.Rename(func(string) string { return "x" })),
		`the state's keys "weights" and "biases" are both renamed to "x"`)
}

type tied struct {
	nn.Base
	Emb  *nn.Embedding
	Head *nn.Linear
}

// TestLoadStateDictOfTiedWeights: a tensor that sits in several places may be in the state once, as
// safetensors' save_model leaves it; a model in which it does not needs the file's metadata.
func TestLoadStateDictOfTiedWeights(t *testing.T) {
	m := &tied{Emb: nn.NewEmbedding(5, 3), Head: nn.NewLinear(3, 5, nn.Bias(false))}
	state := []torch.NamedTensor{{Name: "head.weight", Tensor: torch.Ones(torch.Shape{5, 3})}}
	metadata := map[string]string{"format": "pt", "emb.weight": "head.weight"}
	require.ErrorContains(t, nn.LoadStateDict(m, state), "missing keys: emb.weight")
	require.NoError(t, nn.LoadStateDict(m, state, nn.Aliases(metadata)))
	require.True(t, torch.Equal(torch.Ones(torch.Shape{5, 3}), m.Emb.Weight.Tensor))
	m.Head.Weight = m.Emb.Weight
	state[0].Tensor = torch.Zeros(torch.Shape{5, 3})
	require.NoError(t, nn.LoadStateDict(m, state))
	require.True(t, torch.Equal(torch.Zeros(torch.Shape{5, 3}), m.Emb.Weight.Tensor))
}

// TestLoadStateDictOfOldFiles: what PyTorch reads of its own oldest files.
func TestLoadStateDictOfOldFiles(t *testing.T) {
	m := nn.NewSequential(nn.NewLinear(2, 3), nn.NewBatchNorm1d(3))
	norm := m.Layers[1].(*nn.BatchNorm1d)
	norm.NumBatchesTracked.AddInplace(5)
	state := copied(nn.StateDict(m))
	require.NoError(t, nn.LoadStateDict(m, state[:len(state)-1]))
	require.Equal(t, int64(0), norm.NumBatchesTracked.ItemInt())

	state[len(state)-1].Tensor = torch.New([]int64{7})
	require.NoError(t, nn.LoadStateDict(m, state))
	require.Equal(t, int64(7), norm.NumBatchesTracked.ItemInt())
}

// TestLoadStateDictFailsWhole: whatever goes wrong, it is an error, and the model is as it was.
func TestLoadStateDictFailsWhole(t *testing.T) {
	m := nn.NewLinear(2, 3)
	before := copied(nn.StateDict(m))
	freed, sparse := torch.Ones(torch.Shape{3}), torch.NewOperator("aten::to_sparse", "self").Call(torch.Ones(torch.Shape{3}))
	freed.Free()
	for want, last := range map[string]*torch.Tensor{
		"bias: Dim: the tensor was freed":                                    freed,
		"bias: LoadStateDict: expected a dense tensor, but got a sparse one": sparse,
	} {
		err := nn.LoadStateDict(m, []torch.NamedTensor{{Name: "weight", Tensor: torch.Ones(torch.Shape{3, 2})}, {Name: "bias", Tensor: last}})
		require.ErrorContains(t, err, want)
		var e *torch.Error
		require.ErrorAs(t, err, &e)
		for i, s := range nn.StateDict(m) {
			require.True(t, torch.Equal(before[i].Tensor, s.Tensor), s.Name)
		}
	}
}

// TestBuffers: a transient buffer moves with the model and is no part of its state.
func TestBuffers(t *testing.T) {
	type masked struct {
		nn.Base
		Mask, Scale *nn.Buffer
	}
	m := &masked{Mask: nn.NewBuffer(torch.Ones(torch.Shape{2}), nn.Persistent(false)), Scale: nn.NewBuffer(torch.Ones(torch.Shape{2}))}
	require.Len(t, nn.StateDict(m), 1)
	nn.To(m, torch.Float64)
	var names []string
	for _, b := range nn.NamedBuffers(m) {
		names = append(names, b.Name)
		require.Equal(t, torch.Float64, b.DType())
	}
	require.Equal(t, []string{"mask", "scale"}, names)
	require.Equal(t, []*nn.Buffer{m.Mask, m.Scale}, nn.Buffers(m))
	require.Panics(t, func() { nn.NewBuffer(nil) })
}

// TestSkipInit: a model is made without drawing, and the generator stays where it was; what PyTorch
// sets without drawing is set. Other goroutines draw meanwhile.
func TestSkipInit(t *testing.T) {
	drawn := func() *torch.Tensor { torch.ManualSeed(3); return nn.NewLinear(4, 5).Weight.Detach() }
	want := drawn()
	torch.ManualSeed(4)
	before := torch.Rand(torch.Shape{4})
	torch.ManualSeed(4)
	var m *nn.Sequential
	nn.SkipInit(func() {
		nn.SkipInit(func() {})
		m = nn.NewSequential(nn.NewEmbedding(5, 4, nn.PaddingIdx(1)), nn.NewConv1d(5, 2, 3), nn.NewBatchNorm1d(4))
		nn.NewGRU(2, 3)
	})
	require.True(t, torch.Equal(before, torch.Rand(torch.Shape{4})))
	require.True(t, torch.Equal(torch.Ones(torch.Shape{4}), m.Layers[2].(*nn.BatchNorm1d).Weight.Tensor))
	require.NoError(t, nn.LoadStateDict(m,
		copied(nn.StateDict(nn.NewSequential(nn.NewEmbedding(5, 4), nn.NewConv1d(5, 2, 3), nn.NewBatchNorm1d(4))))))

	nn.SkipInit(func() {
		elsewhere := make(chan *torch.Tensor)
		go func() { elsewhere <- drawn() }()
		require.True(t, torch.Equal(want, <-elsewhere))
	})
	require.True(t, torch.Equal(want, drawn()))
}

// As a program keeps the best weights that it has met.
func TestACopyOfTheStateOutlivesItsStep(t *testing.T) {
	m := nn.NewSequential(nn.NewLinear(2, 3), nn.NewBatchNorm1d(3))
	first := m.Get(0).(*nn.Linear).Weight.Detach().Clone()
	var best []torch.NamedTensor
	torch.Step(func() {
		best = nn.StateDict(nn.Clone(m))
		m.Get(0).(*nn.Linear).Weight.Data().ZeroInplace()
	})
	runtime.GC()
	require.NoError(t, nn.LoadStateDict(m, best))
	twin.RequireEqual(t, first, m.Get(0).(*nn.Linear).Weight.Tensor)
}

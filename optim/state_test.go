package optim_test

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// saveAndLoad sends a state through a file.
func saveAndLoad(t *testing.T, s optim.State) optim.State {
	path := filepath.Join(t.TempDir(), "optimizer.safetensors")
	require.NoError(t, torch.SaveSafetensors(path, s.Tensors, s.Metadata))
	tensors, metadata, err := torch.LoadSafetensors(path)
	require.NoError(t, err)
	return optim.State{Tensors: tensors, Metadata: metadata}
}

func TestResumeIsBitForBit(t *testing.T) {
	const steps = 20
	for _, c := range cases {
		t.Run(c.python, func(t *testing.T) {
			for _, k := range []int{0, 1, 8} {
				whole := start(c.names, c.make)
				whole.run(0, steps)

				first := start(c.names, c.make)
				first.run(0, k)
				saved := saveAndLoad(t, first.opt.StateDict())

				second := start(c.names, c.make)
				torch.NoGrad(func() {
					for i, p := range second.params {
						p.CopyInplace(first.params[i].Tensor)
					}
				})
				for _, g := range second.opt.ParamGroups() {
					g.LR = 7 // the file's settings take their place
				}
				require.NoError(t, second.opt.LoadStateDict(saved))
				second.run(k, steps)

				want, got := whole.results(), second.results()
				require.Len(t, got, len(want))
				for name, w := range want {
					twin.RequireEqual(t, w, got[name], name)
				}
				require.Equal(t, whole.opt.StateDict().Metadata, second.opt.StateDict().Metadata)
			}
		})
	}
}

func TestLoadedStateIsACopy(t *testing.T) {
	r := start("matrix", adam())
	r.run(0, 2)
	s := r.opt.StateDict()
	before := s.Tensors[1].Tensor.Clone()
	other := start("matrix", adam())
	require.NoError(t, other.opt.LoadStateDict(s))
	other.run(2, 4)
	twin.RequireEqual(t, before, s.Tensors[1].Tensor)
}

func TestStateThatDoesNotFit(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(s *optim.State)
		want   string
	}{
		{"kind", func(s *optim.State) { s.Metadata["optimizer"] = "SGD" }, `expected one of Adam, but got one of "SGD"`},
		{"no metadata", func(s *optim.State) { s.Metadata = nil }, "it has no param_groups"},
		{"no JSON", func(s *optim.State) { s.Metadata["param_groups"] = "[" }, "param_groups can't be read"},
		{"groups", func(s *optim.State) { s.Metadata["param_groups"] = "[]" }, "expected 1 parameter groups, but got 0"},
		{"params", func(s *optim.State) { replace(s, "[0,1]", "[0]") }, "group 0: expected 2 parameters, but got 1"},
		{"numbers", func(s *optim.State) { replace(s, "[0,1]", "[0,2]") }, "group 0: expected parameter 1, but got 2"},
		{"setting", func(s *optim.State) { replace(s, `"lr":0.001`, `"lr":-1`) }, "group 0: the learning rate is -1"},
		{"key", func(s *optim.State) { s.Tensors[1].Name = "state.0.average" }, "unexpected key state.0.average; missing key state.0.exp_avg"},
		{"leading zero", func(s *optim.State) { s.Tensors[1].Name = "state.00.exp_avg" }, "unexpected key state.00.exp_avg"},
		{"number", func(s *optim.State) { s.Tensors[1].Name = "state.2.exp_avg" }, "unexpected key state.2.exp_avg"},
		{"twice", func(s *optim.State) { s.Tensors = append(s.Tensors, s.Tensors[1]) }, "state.0.exp_avg comes twice"},
		{"missing", func(s *optim.State) { s.Tensors = s.Tensors[1:] }, "missing key state.0.step"},
		{"no setting", func(s *optim.State) { replace(s, `"lr":0.001,`, "") }, "group 0: the setting lr is missing"},
		{"betas", func(s *optim.State) { replace(s, "[0.9,0.999]", "[0.9]") }, "group 0: betas: expected 2 numbers"},
		{"type", func(s *optim.State) { replace(s, `"lr":0.001`, `"lr":"fast"`) }, "group 0: json: cannot unmarshal string"},
		{"missing amsgrad", func(s *optim.State) { replace(s, `"amsgrad":false`, `"amsgrad":true`) }, "missing key state.0.max_exp_avg_sq"},
		{
			"shape", func(s *optim.State) { s.Tensors[1].Tensor = torch.Zeros(torch.Shape{4, 3}) },
			"state.0.exp_avg: expected [3 4], but got [4 3]",
		},
		{
			"dtype", func(s *optim.State) { s.Tensors[1].Tensor = torch.Zeros(torch.Shape{3, 4}, torch.Complex64) },
			"state.0.exp_avg: expected float32, but got complex64",
		},
		{"steps", func(s *optim.State) { s.Tensors[0].Tensor = torch.New([]float32{1, 2}) }, "state.0.step: expected one number, but got [2]"},
		{
			"no count", func(s *optim.State) { s.Tensors[0].Tensor = torch.New(float32(math.NaN())) },
			"state.0.step: expected a count of steps, but got NaN",
		},
		{"nil", func(s *optim.State) { s.Tensors[1].Tensor = nil }, "state.0.exp_avg: the tensor is nil"},
		{"freed", func(s *optim.State) { f := torch.Zeros(torch.Shape{3, 4}); f.Free(); s.Tensors[1].Tensor = f }, "was freed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			saved := start("matrix vector", adam())
			saved.run(0, 2)
			s := saved.opt.StateDict()
			c.change(&s)

			r := start("matrix vector", adam(optim.LR(0.5)))
			r.run(0, 3)
			want := r.results()
			settings := r.opt.StateDict().Metadata
			require.ErrorContains(t, r.opt.LoadStateDict(s), c.want)
			got := r.results()
			require.Len(t, got, len(want))
			for name, w := range want {
				twin.RequireEqual(t, w, got[name], name)
			}
			require.Equal(t, settings, r.opt.StateDict().Metadata)
		})
	}
}

func replace(s *optim.State, old, with string) {
	s.Metadata["param_groups"] = strings.Replace(s.Metadata["param_groups"], old, with, 1)
}

func TestStateNamesArePyTorchs(t *testing.T) {
	r := start("matrix unused vector", adam(optim.AMSGrad(true), optim.LR(0.25)))
	r.run(0, 3)
	s := r.opt.StateDict()
	var names []string
	for _, n := range s.Tensors {
		names = append(names, n.Name)
	}
	require.Equal(t, []string{
		"state.0.step", "state.0.exp_avg", "state.0.exp_avg_sq", "state.0.max_exp_avg_sq",
		"state.2.step", "state.2.exp_avg", "state.2.exp_avg_sq", "state.2.max_exp_avg_sq",
	}, names)
	require.Equal(t, 3.0, s.Tensors[0].Tensor.Item())
	require.Equal(t, map[string]string{
		"optimizer":    "Adam",
		"param_groups": `[{"amsgrad":true,"betas":[0.9,0.999],"eps":1e-8,"foreach":null,"fused":null,"lr":0.25,"maximize":false,"params":[0,1,2],"weight_decay":0}]`,
	}, s.Metadata)

	r.opt.ParamGroups()[0].LR = math.Inf(1)
	err := torch.Try(func() error { r.opt.StateDict(); return nil })
	require.ErrorContains(t, err, "optim.Adam: the groups can't be saved")
}

func TestSettingsChangedBetweenSteps(t *testing.T) {
	r := start("vector", sgd(optim.LR(0.5)))
	before := torch.ToSlice[float32](r.params[0].Tensor)
	r.opt.ParamGroups()[0].LR = 0
	r.run(0, 1)
	require.Equal(t, before, torch.ToSlice[float32](r.params[0].Tensor))
}

// FuzzLoadStateDict: whatever a file says, the result is a state that a step can go
// on from, or an error and the state before.
func FuzzLoadStateDict(f *testing.F) {
	saved := start("matrix vector", adam())
	saved.run(0, 2)
	s := saved.opt.StateDict()
	f.Add(s.Metadata["param_groups"], s.Tensors[1].Name, 3.0)
	f.Add("[{}]", "state.-1.step", -1.5)
	f.Add(`[{"params":[0,1],"lr":1e999}]`, "state.0.", 1e30)
	f.Fuzz(func(t *testing.T, groups, name string, count float64) {
		r := start("matrix vector", adam())
		r.run(0, 1)
		before := r.opt.StateDict().Metadata
		given := optim.State{Metadata: map[string]string{"optimizer": "Adam", "param_groups": groups}}
		given.Tensors = append(given.Tensors, s.Tensors...)
		given.Tensors[0].Tensor = torch.New(count)
		given.Tensors[1].Name = name
		if err := r.opt.LoadStateDict(given); err != nil {
			require.Equal(t, before, r.opt.StateDict().Metadata)
			require.Equal(t, 1.0, r.opt.StateDict().Tensors[0].Tensor.Item())
		}
		r.run(1, 2)
	})
}

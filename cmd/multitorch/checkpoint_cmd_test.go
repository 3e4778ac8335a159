package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/twin"
)

// Checkpoints are shown, averaged and written for others.
func TestCheckpointCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := checkpointOf(t, "text")
	second := filepath.Join(dir, "second", checkpointName)
	multitorch(train(filepath.Dir(second), "--model", "text", "--seed", "1")...).requireOK(t)

	o := multitorch("checkpoint", "inspect", first, filepath.Join(filepath.Dir(second), stateName)).requireOK(t)
	for _, want := range []string{
		first + ": a model, ", "checksum    right, SHA-256 ", `"task": "emoji10"`, "float32  [", stateName + ": the state of a run, ",
		"optimizer.tensors.", runKey + ": {", `"step": 12`,
	} {
		require.Contains(t, o.stdout, want)
	}
	require.NotContains(t, multitorch("checkpoint", "inspect", "--no-tensors", first).requireOK(t).stdout, "float32  [")

	mean := filepath.Join(dir, "mean.safetensors")
	multitorch("checkpoint", "average", "--out", mean, first, second).requireOK(t)
	states := map[string][]torch.NamedTensor{}
	for _, path := range []string{first, second, mean} {
		var about description
		state, err := trainer.LoadCheckpoint(path, &about)
		require.NoError(t, err)
		states[path] = state
	}
	for i, s := range states[mean] {
		a, b := states[first][i].Tensor.To(torch.Float64), states[second][i].Tensor.To(torch.Float64)
		require.True(t, torch.Equal(a.Add(b).Div(2).To(s.Tensor.DType()), s.Tensor), s.Name)
	}
	require.Contains(t, multitorch("eval", mean).requireOK(t).stdout, "accuracy ")

	for _, name := range []string{"model.safetensors", "model.pt"} {
		out := filepath.Join(dir, name)
		multitorch("checkpoint", "export", "--out", out, filepath.Join(filepath.Dir(second), stateName)).requireOK(t)
		weights, _, err := torch.LoadSafetensors(out)
		if name == "model.pt" {
			weights, err = torch.LoadTensors(out)
			read := twin.Run(t, "for name, x in torch.load(args[0], weights_only=True).items(): out[name] = x", nil, out)
			for _, w := range weights {
				twin.RequireEqual(t, read[w.Name], w.Tensor)
			}
		}
		require.NoError(t, err)
		require.Len(t, weights, len(states[second]))
		s, err := loadModel(second, torch.CPU)
		require.NoError(t, err)
		want := nn.StateDict(s.model)
		require.NoError(t, nn.LoadStateDict(s.model, weights))
		for i, w := range nn.StateDict(s.model) {
			require.True(t, torch.Equal(want[i].Tensor, w.Tensor))
		}
		refused("checkpoint", "export", "--out", out, first).requireError(t, failed, "is there already")
	}

	content, err := os.ReadFile(first)
	require.NoError(t, err)
	content[len(content)-1] ^= 1
	damaged := filepath.Join(dir, "damaged.safetensors")
	require.NoError(t, os.WriteFile(damaged, content, 0o644))
	refused("checkpoint", "inspect", damaged).requireError(t, failed, damaged, "damaged or changed")
	refused("checkpoint", "average", "--out", filepath.Join(dir, "x.safetensors"), first).requireError(t, failed, "two checkpoints or more")
	refused("checkpoint", "average", "--out", filepath.Join(dir, "x.safetensors"), first, checkpointOf(t, "image")).
		requireError(t, failed, "expected models of one task")
	refused("checkpoint", "export", "--out", filepath.Join(dir, "x.onnx"), first).requireError(t, failed, ".safetensors, .pt")
	refused("checkpoint", "export", "--out", filepath.Join(dir, "x.pt"), damaged).requireError(t, failed, damaged)
}

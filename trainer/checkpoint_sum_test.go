package trainer_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/twin"
)

func TestCheckpointNumbersThatJSONLacks(t *testing.T) {
	type info struct {
		Best, Least, None float64
		Short             []float32
		Any               map[string]any
		Plain             float64 `json:"plain,omitempty"`
	}
	want := info{
		math.Inf(1), math.Inf(-1), math.NaN(),
		[]float32{1.5, float32(math.Inf(1))},
		map[string]any{"x": math.Inf(1)},
		0.1,
	}
	path := filepath.Join(t.TempDir(), "c")
	require.NoError(t, trainer.SaveCheckpoint(path, nn.NewLinear(1, 1), want))
	var got info
	_, err := trainer.LoadCheckpoint(path, &got)
	require.NoError(t, err)
	require.True(t, math.IsNaN(got.None))
	want.None, got.None = 0, 0
	want.Any["x"] = "Infinity" // nothing says that it was a number
	require.Equal(t, want, got)
	_, metadata, err := torch.LoadSafetensors(path)
	require.NoError(t, err)
	require.Equal(t, `{"Best":"Infinity","Least":"-Infinity","None":"NaN","Short":[1.5,"Infinity"],"Any":{"x":"Infinity"},"plain":0.1}`,
		metadata["multitorch"])

	tensors := []torch.NamedTensor{{Name: "x", Tensor: torch.Zeros(torch.Shape{2})}}
	require.NoError(t, torch.SaveSafetensors(path, tensors, map[string]string{"multitorch": `{"Best":"large"}`}))
	_, err = trainer.LoadCheckpoint(path, &got)
	require.ErrorContains(t, err, "expected a number, Infinity, -Infinity or NaN")
}

// A flipped bit is an error, or it changed nothing that is read.
func TestCheckpointSeesFlippedBits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c")
	model := nn.NewLinear(3, 2)
	require.NoError(t, trainer.SaveCheckpoint(path, model, about{"n", 5}))
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	state := nn.StateDict(model)
	unseen := 0
	for bit := range len(good) * 8 {
		bad := append([]byte{}, good...)
		bad[bit/8] ^= 1 << (bit % 8)
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		var got about
		loaded, err := trainer.LoadCheckpoint(path, &got)
		if err != nil {
			require.ErrorContains(t, err, path)
			continue
		}
		unseen++
		require.Equal(t, about{"n", 5}, got)
		require.Len(t, loaded, 2)
		for _, x := range loaded {
			for _, s := range state {
				require.True(t, s.Name != x.Name || string(s.Tensor.Bytes()) == string(x.Tensor.Bytes()), "bit %d", bit)
			}
		}
	}
	require.LessOrEqual(t, unseen, 8*len("format: pt"))
}

// A file as it was before there was a checksum, and one that Python checks.
func TestCheckpointChecksumInPython(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c")
	model := nn.NewLinear(3, 2)
	require.NoError(t, trainer.SaveCheckpoint(path, model, about{"ü\n", 5}))
	twin.Run(t, `
		import hashlib, json, struct
		data = open(args[0], "rb").read()
		n, = struct.unpack("<Q", data[:8])
		header = json.loads(data[8:8 + n])
		meta = header.pop("__metadata__")
		types = {"F32": "float32"}
		h = hashlib.sha256((meta["multitorch"] + "\n").encode())
		for name in sorted(header):
			t = header[name]
			h.update((json.dumps([name, types[t["dtype"]], t["shape"]], ensure_ascii=False, separators=(",", ":")) + "\n").encode())
			h.update(data[8 + n + t["data_offsets"][0]:8 + n + t["data_offsets"][1]])
		assert h.hexdigest() == meta["multitorch.sha256"], (h.hexdigest(), meta)
		save(done=torch.tensor(1))
	`, nil, path)

	require.NoError(t, torch.SaveSafetensors(path, nn.StateDict(model), map[string]string{"multitorch": `{"Step":3}`}))
	var got about
	_, err := trainer.LoadCheckpoint(path, &got)
	require.NoError(t, err)
	require.Equal(t, 3, got.Step)

	damaged := map[string]string{"format": "pt", "multitorch": `{"Step":3}`, "multitorch.sha257": "0123"}
	require.NoError(t, torch.SaveSafetensors(path, nn.StateDict(model), damaged))
	_, err = trainer.LoadCheckpoint(path, &got)
	require.ErrorContains(t, err, `there is "multitorch.sha257" in its metadata, and no checksum: the file was damaged or changed`)

	require.NoError(t, torch.SaveSafetensors(path, nn.StateDict(model), map[string]string{"multitorch": fmt.Sprintf(`{"Step":1%0100000d}`, 0)}))
	_, err = trainer.LoadCheckpoint(path, &got)
	require.Error(t, err)
	require.Less(t, len(err.Error()), 1000)
}

package torch_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

func TestSafetensorsRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, torch.SaveSafetensors(path, []torch.NamedTensor{
		{Name: "x", Tensor: torch.New([][]float32{{1, 2}, {3, 4}}).T()}, {Name: "n", Tensor: torch.New(7)},
	}, map[string]string{"format": "pt"}))
	got, metadata, err := torch.LoadSafetensors(path)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"format": "pt"}, metadata)
	require.Equal(t, "n", got[0].Name)
	require.Equal(t, int64(7), got[0].Tensor.ItemInt())
	require.Equal(t, []float32{1, 3, 2, 4}, torch.ToSlice[float32](got[1].Tensor))
}

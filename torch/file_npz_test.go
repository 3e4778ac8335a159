package torch_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// One array that can't be read is no reason to lose the others.
func TestOpenNpzBesideUnreadableArrays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "labels.npz")
	want := twin.Run(t, `
		import numpy as np
		x = np.arange(6, dtype=np.float32).reshape(2, 3)
		np.savez(args[0], x=x, names=np.array(["cat", "dog"]), objects=np.array([{}], object), when=np.array(["2020-01-01"], "M8[D]"), y=x * 2)
		save(x=torch.from_numpy(x), y=torch.from_numpy(x * 2))
	`, nil, path)
	f, err := torch.OpenNpz(path)
	require.NoError(t, err)
	require.Equal(t, []string{"x", "names", "objects", "when", "y"}, f.Names())
	for _, name := range []string{"x", "y"} {
		x, err := f.Tensor(name)
		require.NoError(t, err)
		twin.RequireEqual(t, want[name], x)
	}
	for _, name := range []string{"names", "objects", "when"} {
		x, err := f.Tensor(name)
		require.Nil(t, x)
		require.ErrorContains(t, err, "read "+path+`: entry "`+name+`.npy": `)
		require.ErrorContains(t, err, "can't be read; convert it in Python")
	}
	_, err = f.Tensor("z")
	require.EqualError(t, err, "read "+path+`: array "z": there is none of this name`)
	require.NoError(t, f.Close())
	require.NoError(t, f.Close())
	_, err = f.Tensor("x")
	require.ErrorIs(t, err, os.ErrClosed)

	_, err = torch.LoadNpz(path)
	require.ErrorContains(t, err, `"names.npy"`)
	require.ErrorContains(t, err, "OpenNpz")
}

// An expanded tensor has no memory that could be written, and a copy of this one would have a terabyte.
func TestSaveInPieces(t *testing.T) {
	dir := t.TempDir()
	base := torch.Arange(0, 3000, 1, torch.Float32)
	wide := base.Reshape(3000, 1).Expand(3000, 700) // 8 MiB
	for name, x := range map[string]*torch.Tensor{
		"expanded": wide, "turned": wide.T(), "a row": base.Reshape(1, 3000).Expand(700, 3000).Reshape(1, 700, 3000), "plain": wide.Contiguous(),
		"complex": torch.New([]complex64{1 + 2i}).Conj().Expand(1_000_000), "none": wide.Slice(0, 0, 0, 1),
	} {
		path := filepath.Join(dir, "x.npy")
		require.NoError(t, torch.SaveNpy(path, x), name)
		y, err := torch.LoadNpy(path)
		require.NoError(t, err)
		require.True(t, torch.Equal(x, y), name)
		path = filepath.Join(dir, "x.safetensors")
		require.NoError(t, torch.SaveSafetensors(path, []torch.NamedTensor{{Name: "x", Tensor: x}}, nil))
		state, _, err := torch.LoadSafetensors(path)
		require.NoError(t, err)
		require.True(t, torch.Equal(x, state[0].Tensor), name)
	}
	full := failAfter(1 << 20)
	huge := torch.Ones(torch.Shape{1}).Expand(1 << 38)
	live := torch.LiveBytes()
	for _, err := range []error{
		torch.WriteNpy(&full, huge), torch.WriteNpz(&full, []torch.NamedTensor{{Name: "x", Tensor: huge}}),
		torch.WriteSafetensors(&full, []torch.NamedTensor{{Name: "x", Tensor: huge}}, nil),
	} {
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	}
	require.LessOrEqual(t, torch.LiveBytes(), live)
}

// failAfter takes so many bytes, and then none.
type failAfter int

func (f *failAfter) Write(p []byte) (int, error) {
	if *f -= failAfter(len(p)); *f < 0 {
		return 0, os.ErrDeadlineExceeded
	}
	return len(p), nil
}

// No checksum covers a name, but it stands in the file twice.
func TestNpzWithADamagedName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npz")
	require.NoError(t, torch.SaveNpz(path, []torch.NamedTensor{{Name: "weight", Tensor: torch.Ones(torch.Shape{3})}}))
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, at := range []int{bytes.Index(good, []byte("weight")), bytes.LastIndex(good, []byte("weight"))} {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		_, err := torch.LoadNpz(path)
		require.ErrorContains(t, err, "it has another name in the directory than at its place: the file is damaged")
	}
}

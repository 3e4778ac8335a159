package fashionmnist_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/datasets/fashionmnist"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// TestRealData looks at the data itself, in the default folder; where it is not there yet, it is fetched.
func TestRealData(t *testing.T) {
	data, err := fashionmnist.Open(t.Context(), "", func(line string) { t.Log(line) })
	require.NoError(t, err)
	for _, c := range []struct {
		side      *fashionmnist.Side
		n         int
		first     int64
		mean, std float64
	}{
		{data.Train, 60_000, 9, 0.2860, 0.3530}, // the figures that everybody normalises by
		{data.Test, 10_000, 9, 0.2868, 0.3524},
	} {
		require.Equal(t, c.n, c.side.Len())
		require.Equal(t, torch.Shape{c.n, 1, 28, 28}, c.side.Pixels().Shape())
		counts := make([]int, 10)
		targets := torch.ToSlice[int64](c.side.Targets())
		for _, l := range targets {
			counts[l]++
		}
		require.Equal(t, c.first, targets[0])
		for _, n := range counts {
			require.Equal(t, c.n/10, n)
		}
		sum, squares := 0.0, 0.0
		for _, p := range torch.ToSlice[uint8](c.side.Pixels()) {
			sum += float64(p) / 255
			squares += float64(p) * float64(p) / 255 / 255
		}
		n := float64(c.n * 28 * 28)
		require.InDelta(t, c.mean, sum/n, 5e-5)
		require.InDelta(t, c.std*c.std, squares/n-sum*sum/n/n, 5e-5)
	}
}

func file(t testing.TB, elements []byte, shape ...uint32) []byte {
	raw := []byte{0, 0, 8, byte(len(shape))}
	for _, s := range shape {
		raw = binary.BigEndian.AppendUint32(raw, s)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(append(raw, elements...))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return packed.Bytes()
}

// mini is three pictures to train on and two to test on, of which picture i is the byte i over and over.
func mini(t testing.TB) [4][]byte {
	pictures := func(n uint32) []byte {
		var pixels []byte
		for i := range n {
			pixels = append(pixels, bytes.Repeat([]byte{byte(i)}, 28*28)...)
		}
		return file(t, pixels, n, 28, 28)
	}
	return [4][]byte{pictures(3), file(t, []byte{9, 0, 5}, 3), pictures(2), file(t, []byte{1, 2}, 2)}
}

var names = []string{
	"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
}

func save(t testing.TB, dir string, files [4][]byte) {
	for i, name := range names {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), files[i], 0o644))
	}
}

func TestLoad(t *testing.T) {
	files, dir := mini(t), t.TempDir()
	e := fashionmnist.NewEdition(files, [2]int{3, 2})
	_, err := e.Load(dir)
	require.ErrorIs(t, err, fashionmnist.ErrNotFetched)
	require.ErrorContains(t, err, filepath.Join(dir, names[0]))

	save(t, dir, files)
	data, err := e.Open(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, dir, data.Dir)
	require.Equal(t, []int{3, 2}, []int{data.Train.Len(), data.Test.Len()})
	require.Equal(t, []int64{9, 0, 5}, torch.ToSlice[int64](data.Train.Targets()))

	x, err := data.Train.Get(2)
	require.NoError(t, err)
	require.Equal(t, torch.Shape{1, 28, 28}, x.Image.Shape())
	require.Equal(t, float32(2)/255, torch.ToSlice[float32](x.Image)[783])
	require.Equal(t, int64(5), x.Target.ItemInt())
	require.Empty(t, x.Target.Shape())
	for _, index := range []int{-1, 3} {
		_, err = data.Train.Get(index)
		require.ErrorContains(t, err, "expected an index from 0 to 2")
		_, err = data.Train.GetBatch(t.Context(), []int{index})
		require.Error(t, err)
	}
}

func TestFilesThatAreNotTheData(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(files *[4][]byte)
		want   string
	}{
		{"shape", func(f *[4][]byte) {
			f[0] = file(t, make([]byte, 3*28*27), 3, 28, 27)
		}, "train-images-idx3-ubyte.gz: expected the shape [3 28 28], found [3 28 27]"},
		{"too many", func(f *[4][]byte) {
			f[3] = file(t, make([]byte, 3), 3)
		}, "t10k-labels-idx1-ubyte.gz: its shape begins with [3]: expected at most 2"},
		{"label", func(f *[4][]byte) { f[1] = file(t, []byte{1, 10, 3}, 3) }, "train-labels-idx1-ubyte.gz: label 1 is 10: expected 0 to 9"},
		{"not packed", func(f *[4][]byte) { f[2] = []byte("plain") }, "t10k-images-idx3-ubyte.gz"},
		{"cut", func(f *[4][]byte) { f[2] = f[2][:len(f[2])-9] }, "t10k-images-idx3-ubyte.gz: its elements can't be read"},
	} {
		files, dir := mini(t), t.TempDir()
		c.change(&files)
		save(t, dir, files)
		_, err := fashionmnist.NewEdition(files, [2]int{3, 2}).Load(dir)
		require.ErrorContains(t, err, c.want, c.name)
		require.NotErrorIs(t, err, fashionmnist.ErrNotFetched, c.name)
	}
}

func TestADamagedFileIsNamedAndLeftAlone(t *testing.T) {
	files, dir := mini(t), t.TempDir()
	e := fashionmnist.NewEdition(files, [2]int{3, 2})
	save(t, dir, files)
	path := filepath.Join(dir, names[1])
	damaged := bytes.Clone(files[1])
	damaged[len(damaged)-1]++
	require.NoError(t, os.WriteFile(path, damaged, 0o644))
	_, err := e.Open(t.Context(), dir)
	require.ErrorContains(t, err, path+" is damaged or another package")
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, damaged, got)
}

func TestSyntheticDataIsLearned(t *testing.T) {
	torch.ManualSeed(0)
	data := fashionmnist.Synthetic(640, 200, 1)
	require.Equal(t, torch.ToSlice[uint8](data.Test.Pixels()), torch.ToSlice[uint8](fashionmnist.Synthetic(640, 200, 1).Test.Pixels()))
	model := nn.NewSequential(nn.NewFlatten(), nn.NewLinear(28*28, 10))
	criterion := nn.NewCrossEntropyLoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(1e-2))
	loader, err := datasets.NewLoader(data.Train, datasets.BatchSize(32), datasets.Shuffle(true))
	require.NoError(t, err)
	for range 3 {
		for b, err := range loader.All(t.Context()) {
			require.NoError(t, err)
			require.Equal(t, torch.Shape{32, 1, 28, 28}, b.Image.Shape())
			optimizer.ZeroGrad()
			criterion.Forward(model.Forward(b.Image), b.Target).Backward()
			optimizer.Step()
		}
	}
	all := make([]int, data.Test.Len())
	for i := range all {
		all[i] = i
	}
	b, err := data.Test.GetBatch(context.Background(), all)
	require.NoError(t, err)
	right := model.Forward(b.Image).Argmax(1).Eq(b.Target).Sum().Item()
	require.Greater(t, right, 180.0)
}

func FuzzUnpack(f *testing.F) {
	files := mini(f)
	f.Add(files[0])
	f.Add(files[1])
	f.Fuzz(func(t *testing.T, packed []byte) {
		if elements, err := fashionmnist.Unpack(packed, 3); err == nil {
			require.Len(t, elements, 3)
		}
	})
}

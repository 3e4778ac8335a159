package main

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/fashionmnist"
	"multitorch/torch"
)

// clothes writes a test picture as a PNG file, as the data set has it or inverted.
func clothes(t *testing.T, side *fashionmnist.Side, i int, inverted bool) string {
	img := image.NewGray(image.Rect(0, 0, fashionmnist.Size, fashionmnist.Size))
	for at, v := range torch.ToSlice[uint8](side.Pixels().Select(0, i).Flatten(0, -1)) {
		if inverted {
			v = 255 - v
		}
		img.Set(at%fashionmnist.Size, at/fashionmnist.Size, color.Gray{Y: v})
	}
	path := filepath.Join(t.TempDir(), "clothes.png")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, img))
	require.NoError(t, f.Close())
	return path
}

// A second task, by the same commands.
func TestFashionMNIST(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "run")
	o := multitorch("train", "fashion-mnist", "--epochs", "1", "--batch-size", "250", "--lr", "0.003", "--threads", "1", "--out", out).requireOK(t)
	require.Contains(t, o.stdout, "Fashion-MNIST: 60000 training and 10000 test samples\n")
	figures := summary.FindStringSubmatch(o.stdout)
	require.NotNil(t, figures, o.stdout)
	require.Greater(t, figures[2], "80.0 %", "known: 86.4 % after one epoch of small steps")

	path := filepath.Join(out, checkpointName)
	e := multitorch("eval", path).requireOK(t)
	require.Contains(t, e.stdout, "loss "+figures[1]+", accuracy "+figures[2]+", macro-F1 "+figures[3]+"\n")
	require.Contains(t, e.stdout, "Ankle boot ")
	refused("eval", "--ensemble", path, checkpointOf(t, "image")).requireError(t, failed, "--ensemble", "the same task")

	data, err := fashionmnist.Load("")
	require.NoError(t, err)
	for _, inverted := range []bool{false, true} { // the third picture is trousers, which are mistaken for nothing else
		p := multitorch("predict", "--checkpoint", path, "--top", "1", "--image", clothes(t, data.Test, 2, inverted)).requireOK(t)
		require.Regexp(t, `^Trouser +\d+\.\d %\n$`, p.stdout)
	}
	refused("predict", "--checkpoint", path).requireError(t, failed, "--image", "expected a file")
	refused("predict", "--checkpoint", path, "--text", "trousers").requireError(t, failed, "--text", "looks at images only")
	require.Contains(t, multitorch("data", "fashion-mnist").requireOK(t).stdout, "70000 pictures")
}

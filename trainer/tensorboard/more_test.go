package tensorboard_test

import (
	"encoding/json"
	"image"
	"image/color"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/trainer/tensorboard"
)

var graph = []tensorboard.Node{
	{Name: "net/fc/weight", Op: "Parameter", Shape: []int{3, -1}},
	{Name: "net/fc/Linear", Op: "Linear", Inputs: []string{"net/fc/weight"}, Text: "Linear(2, 3)"},
}

// Recordings, curves, settings and graphs are PyTorch's bytes too.
func TestWriterEqualsPyTorchInMore(t *testing.T) {
	golden, err := os.ReadFile("testdata/more.tfevents")
	require.NoError(t, err)
	dir := t.TempDir()
	w := newWriter(t, dir, still(), tensorboard.ResumeAt(0))
	require.NoError(t, w.Audio("tone", 1, []float32{0, 0.5, -0.5, 1, -1, 2, -0.001}, 8000))
	require.NoError(t, w.PRCurve("cat", 2, []bool{true, false, true, true, false, false, true, false},
		[]float64{0.9, 0.8, 0.75, 0.5, 0.25, 0, 1, 0.5}))
	require.NoError(t, w.HParams(map[string]any{"lr": 0.25}, "accuracy/test"))
	require.NoError(t, w.Graph(graph))
	require.NoError(t, w.Close())
	got, err := os.ReadFile(eventFiles(t, dir)[0])
	require.NoError(t, err)
	want, ours := records(golden)[2:], records(got)[1:]
	require.Len(t, ours, len(want))
	for i := range want {
		require.Equal(t, want[i], ours[i], "record %d", i)
	}

	events := readAll(t, "testdata/more.tfevents")[3:]
	audio := events[0].Values[0].Data.(tensorboard.Audio)
	require.Equal(t, []any{float32(8000), 1, 7}, []any{audio.SampleRate, audio.Channels, audio.Frames})
	curve := events[1].Values[0].Data.(tensorboard.Tensor)
	require.Equal(t, []int{6, 127}, curve.Shape)
	require.Equal(t, []float32{4, 4, 0}, []float32{curve.Values[0], curve.Values[127], curve.Values[2*127]})
	require.NotEmpty(t, events[5].Graph)
}

// At each threshold precision and recall are those of counting.
func TestPRCurveCounts(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir)
	step := 0
	var wants [][]float64
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		said := rapid.SliceOfN(rapid.Float64Range(0, 1), n, n).Draw(t, "said")
		truth := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "truth")
		want := make([]float64, 6*127)
		for k := range 127 {
			var tp, fp, tn, fn float64
			for i, p := range said {
				switch above := math.Floor(p*126) >= float64(k); {
				case above && truth[i]:
					tp++
				case above:
					fp++
				case truth[i]:
					fn++
				default:
					tn++
				}
			}
			for row, v := range []float64{tp, fp, tn, fn, tp / max(1e-7, tp+fp), tp / max(1e-7, tp+fn)} {
				want[row*127+k] = v
			}
		}
		wants = append(wants, want)
		require.NoError(t, w.PRCurve("c", step, truth, said))
		step++
	})
	require.NoError(t, w.Close())
	for _, e := range readAll(t, eventFiles(t, dir)[0]) {
		for _, v := range e.Values {
			for i, x := range v.Data.(tensorboard.Tensor).Values {
				require.Equal(t, float32(wants[e.Step][i]), x)
			}
		}
	}
}

func TestMoreErrors(t *testing.T) {
	w := newWriter(t, t.TempDir())
	defer w.Close()
	nan := float32(math.NaN())
	points := [][]float32{{1, 2}, {3, 4}}
	for want, err := range map[string]error{
		"expected some samples":      w.Audio("a", 1, nil, 8000),
		"got 2 at 0":                 w.Audio("a", 1, []float32{0, 1}, 0),
		"sample 1 is NaN":            w.Audio("a", 1, []float32{0, nan}, 1),
		"got 1 and 2":                w.PRCurve("a", 1, []bool{true, false}, []float64{1}),
		"got 1.5 at index 0":         w.PRCurve("a", 1, []bool{true}, []float64{1.5}),
		"got NaN at index 0":         w.PRCurve("a", 1, []bool{true}, []float64{math.NaN()}),
		`"lr": expected a string`:    w.HParams(map[string]any{"lr": []int{1}}),
		"at least one node":          w.Graph(nil),
		`two nodes "a"`:              w.Graph([]tensorboard.Node{{Name: "a"}, {Name: "a"}}),
		`input "b", which is no`:     w.Graph([]tensorboard.Node{{Name: "a", Inputs: []string{"b"}}}),
		"at least one point":         w.Embedding("a", 1, tensorboard.Embedding{}),
		"got 1 in point 1":           w.Embedding("a", 1, tensorboard.Embedding{Points: [][]float32{{1, 2}, {3}}}),
		"point 0 has a number":       w.Embedding("a", 1, tensorboard.Embedding{Points: [][]float32{{nan}}}),
		"for each of 2 points":       w.Embedding("a", 1, tensorboard.Embedding{Points: points, Labels: []string{"x"}}),
		"one line of 1 columns":      w.Embedding("a", 1, tensorboard.Embedding{Points: points, Labels: []string{"x", "y\tz"}}),
		"the name of a folder":       w.Embedding("../a", 1, tensorboard.Embedding{Points: points}),
		"picture 1 differs":          w.Embedding("a", 1, tensorboard.Embedding{Points: points, Pictures: []image.Image{square(3), square(4)}}),
		"take fewer or smaller ones": w.Embedding("a", 1, tensorboard.Embedding{Points: points, Pictures: []image.Image{square(5000), square(5000)}}),
	} {
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, w.Close())
	require.Error(t, w.Embedding("a", 1, tensorboard.Embedding{Points: points}))
}

func square(side int) image.Image {
	m := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.Black, color.White})
	m.SetColorIndex(side/2, side/2, 1)
	return m
}

// An embedding that is added again takes the place of the one before.
func TestEmbeddingsAreListedOnce(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir)
	e := tensorboard.Embedding{Points: [][]float32{{1, 0.5}, {-3, 1e-7}}, Labels: []string{"a\t1", "ü\t2"}, Header: []string{"name", "n"}}
	require.NoError(t, w.Embedding("words", 7, e))
	require.NoError(t, w.Embedding("more/words", 7, tensorboard.Embedding{Points: e.Points, Pictures: []image.Image{square(4), square(4)}}))
	e.Labels, e.Header = nil, nil
	require.NoError(t, w.Embedding("words", 7, e))
	require.NoError(t, w.Close())
	list, err := os.ReadFile(filepath.Join(dir, "projector_config.pbtxt"))
	require.NoError(t, err)
	require.Equal(t, `embeddings {
  tensor_name: "more/words:00007"
  tensor_path: "00007/more/words/tensors.tsv"
  sprite {
    image_path: "00007/more/words/sprite.png"
    single_image_dim: 4
    single_image_dim: 4
  }
}
embeddings {
  tensor_name: "words:00007"
  tensor_path: "00007/words/tensors.tsv"
}
`, string(list))
	tsv, err := os.ReadFile(filepath.Join(dir, "00007/words/tensors.tsv"))
	require.NoError(t, err)
	require.Equal(t, "1\t0.5\n-3\t1e-07\n", string(tsv))
	labels, err := os.ReadFile(filepath.Join(dir, "00007/words/metadata.tsv"))
	require.NoError(t, err)
	require.Equal(t, "name\tn\na\t1\nü\t2\n", string(labels))
}

// everything writes one of each kind.
func everything(t *testing.T, w *tensorboard.Writer) {
	for step := range 20 {
		x := float64(step)
		require.NoError(t, w.Scalar("loss/train", step, 2/(1+x)))
		require.NoError(t, w.Scalar("accuracy/test", step, x/20))
		values := make([]float64, 200)
		for i := range values {
			values[i] = math.Sin(float64(i)) * (1 + x/4)
		}
		require.NoError(t, w.Histogram("weights/fc", step, values))
	}
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * i / 300)
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	require.NoError(t, w.Image("pictures/ramp", 3, m))
	tone := make([]float32, 8000)
	for i := range tone {
		tone[i] = float32(math.Sin(float64(i) / 8))
	}
	require.NoError(t, w.Audio("tone", 3, tone, 8000))
	require.NoError(t, w.Text("notes", 3, "**bold**, and a table:\n\n| a | b |\n|---|---|\n| 1 | 2 |"))
	truth, said := make([]bool, 100), make([]float64, 100)
	for i := range truth {
		said[i] = float64(i) / 100
		truth[i] = i*7%100 < i
	}
	require.NoError(t, w.PRCurve("cat", 3, truth, said))
	require.NoError(t, w.HParams(map[string]any{"lr": 0.25, "optimizer": "Adam", "nesterov": true, "batch": 64}, "accuracy/test"))
	require.NoError(t, w.Graph(append(graph, tensorboard.Node{Name: "net/head/Softmax", Op: "Softmax", Inputs: []string{"net/fc/Linear"}})))
	e := tensorboard.Embedding{}
	for i := range 60 {
		a := float32(i % 3 * 10)
		e.Points = append(e.Points, []float32{a + float32(i%7), -a + float32(i%5), float32(i % 11), 1})
		e.Labels = append(e.Labels, []string{"cat", "dog", "bird"}[i%3])
		e.Pictures = append(e.Pictures, square(8+0*i))
	}
	require.NoError(t, w.Embedding("features", 3, e))
}

// TestTensorBoardReads has TensorBoard's own loader and plugins read what was written. It runs where MULTITORCH_TENSORBOARD names a
// Python with the package tensorboard; elsewhere TestWriterEqualsPyTorchInMore compares bytes. With MULTITORCH_TENSORBOARD_RUN the
// run stays in that folder, to be looked at in a browser.
func TestTensorBoardReads(t *testing.T) {
	python := os.Getenv("MULTITORCH_TENSORBOARD")
	if python == "" {
		t.Skip("MULTITORCH_TENSORBOARD names no Python with the package tensorboard")
	}
	dir := os.Getenv("MULTITORCH_TENSORBOARD_RUN")
	if dir == "" {
		dir = t.TempDir()
	}
	w := newWriter(t, dir)
	everything(t, w)
	require.NoError(t, w.Close())
	script, err := filepath.Abs("testdata/read.py")
	require.NoError(t, err)
	out, err := exec.Command(python, script, dir).Output()
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(out, &got), string(out))
	require.Equal(t, map[string]any{
		"scalars": []any{20., "loss/train", 2.}, "histograms": []any{20., 200.}, "images": []any{64., 48.},
		"audio": []any{8000., 8000.}, "text": "**bold**, and a table:\n\n| a | b |\n|---|---|\n| 1 | 2 |",
		"pr": []any{6., 127.}, "graph": []any{"net/fc/weight", "net/fc/Linear", "net/head/Softmax"}, "graph_inputs": []any{"net/fc/Linear"},
		"hparams": map[string]any{"lr": 0.25, "optimizer": "Adam", "nesterov": true, "batch": 64.}, "metrics": []any{"accuracy/test"},
		"status": "STATUS_SUCCESS", "embedding": []any{"features:00003", 60., 60.},
	}, got)
}

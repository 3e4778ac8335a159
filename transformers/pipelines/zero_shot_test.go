package pipelines_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/pipelines"
)

// expected is what scripts/golden/zero_shot.py has written beside a folder without weights.
type expected struct {
	Keys   map[string]torch.Shape `json:"keys"`
	Scores map[string]float64     `json:"scores"`
}

// folder is a folder of testdata with the weights of a formula in it.
func folder(t *testing.T, name string) (dir string, want expected) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", name))))
	content, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &want))
	var state []torch.NamedTensor
	for n, key := range slices.Sorted(maps.Keys(want.Keys)) {
		state = append(state, torch.NamedTensor{Name: key, Tensor: weight(n, key, want.Keys[key])})
	}
	require.NoError(t, torch.SaveSafetensors(filepath.Join(dir, "model.safetensors"), state, nil))
	return dir, want
}

// weight is the formula of scripts/golden/transformers.py.
func weight(n int, key string, shape torch.Shape) *torch.Tensor {
	count := 1
	for _, d := range shape {
		count *= d
	}
	data := make([]float32, count)
	for j := range data {
		x := uint32(j)*2654435761 + uint32(n)*2246822519 + 374761393
		x ^= x >> 15
		x *= 2246822519
		x ^= x >> 13
		if data[j] = float32(x>>8)/(1<<24) - 0.5; len(shape) <= 1 {
			if data[j] *= 0.25; strings.HasSuffix(key, "weight") && strings.Contains(strings.ToLower(key), "norm") {
				data[j]++
			}
		}
	}
	return torch.FromSlice(data, count).View(shape...)
}

func picture(t *testing.T) string {
	t.Helper()
	m := image.New(40, 60, 3)
	for y := range 40 {
		for x := range 60 {
			copy(m.At(y, x), []uint8{uint8(3*x + 5*y), uint8(x * y), uint8((x / 7) * (y / 5) * 13)})
		}
	}
	path := filepath.Join(t.TempDir(), "picture.png")
	require.NoError(t, m.Save(path))
	return path
}

// TestZeroShotIsTransformers compares the scores with those of Transformers' pipeline.
func TestZeroShotIsTransformers(t *testing.T) {
	for _, name := range []string{"clip", "siglip"} {
		dir, want := folder(t, name)
		z, err := pipelines.NewZeroShotImageClassifier(dir)
		require.NoError(t, err)
		if name == "siglip" {
			z.Template = "This is a Photo of {}!" // made small letters, without the mark
		}
		labels := slices.Sorted(maps.Keys(want.Scores))
		paths := slices.Repeat([]string{picture(t)}, 18) // more than are looked at at once
		found, err := z.Classify(context.Background(), labels, paths...)
		require.NoError(t, err)
		require.Len(t, found, len(paths))
		for _, scores := range found {
			require.Len(t, scores, len(labels))
			require.True(t, slices.IsSortedFunc(scores, func(a, b pipelines.Score) int { return int((b.Score - a.Score) * 1e9) }))
			for _, s := range scores {
				require.InDelta(t, want.Scores[s.Label], s.Score, 1e-6, "%s: %s", name, s.Label)
			}
		}
	}
}

func TestZeroShotErrors(t *testing.T) {
	dir, _ := folder(t, "clip")
	z, err := pipelines.NewZeroShotImageClassifier(dir)
	require.NoError(t, err)
	_, err = z.Classify(context.Background(), nil, picture(t))
	require.ErrorContains(t, err, "at least one label")
	_, err = z.Classify(context.Background(), []string{"cat"}, "none.png")
	require.ErrorIs(t, err, os.ErrNotExist)
	found, err := z.Classify(context.Background(), []string{strings.Repeat("cat ", 1000), "dog"}, picture(t))
	require.NoError(t, err, "long texts are cut, and keep their end")
	require.Len(t, found[0], 2)

	for _, name := range []string{"preprocessor_config.json", "tokenizer.json", "model.safetensors", "config.json"} {
		dir, _ := folder(t, "clip")
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
		_, err := pipelines.NewZeroShotImageClassifier(dir)
		require.ErrorContains(t, err, name)
	}
	_, err = pipelines.NewImageClassifier(dir)
	require.ErrorContains(t, err, "missing keys: classifier.weight")
	m, err := pipelines.NewImageClassifier(dir, transformers.Load{New: []string{"classifier"}, Labels: []string{"a", "b", "c"}})
	require.NoError(t, err)
	scores, err := m.Classify(context.Background(), picture(t), picture(t))
	require.NoError(t, err)
	require.Len(t, scores, 2)
	require.InDelta(t, 1, scores[0][0].Score+scores[0][1].Score+scores[0][2].Score, 1e-6)

	m.Model.Configuration().Common().ProblemType = "multi_label_classification"
	several, err := m.Classify(context.Background(), picture(t))
	require.NoError(t, err)
	require.Equal(t, scores[0][0].Label, several[0][0].Label)
	require.NotEqual(t, scores[0][0].Score, several[0][0].Score)
}

package robustness_test

import (
	"errors"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer/robustness"
)

// A model whose answer is in one of two modalities owes everything to that one.
func TestAblationAndCurves(t *testing.T) {
	torch.ManualSeed(0)
	a, b := multimodal.NewModality("tells", "numbers"), multimodal.NewModality("noise", "numbers")
	a.Width, b.Width = 4, 4
	model, err := multimodal.New(multimodal.NewConfig(2, a, b))
	require.NoError(t, err)
	x := torch.Randn(torch.Shape{300, 4})
	target := x.Sum(1).Gt(0).To(torch.Int64)
	in := multimodal.Inputs{Of: map[string]multimodal.Input{"tells": {Data: x}, "noise": {Data: torch.Randn(torch.Shape{300, 4})}}}
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.01))
	criterion := nn.NewCrossEntropyLoss()
	for range 60 {
		loss := criterion.Forward(model.Forward(in), target)
		optimizer.ZeroGrad()
		loss.Backward()
		optimizer.Step()
	}
	nn.Eval(model)
	accuracy := func(alter robustness.Alter) (float64, error) {
		return model.Forward(alter(in)).Argmax(1).Eq(target).To(torch.Float32).Mean().Item(), nil
	}
	figures, err := robustness.Ablation([]string{"tells", "noise"}, accuracy)
	require.NoError(t, err)
	require.Equal(t, []string{"", "tells", "noise"}, []string{figures[0].Without, figures[1].Without, figures[2].Without})
	require.Greater(t, figures[0].Value, 0.95)
	require.Less(t, figures[1].Value, 0.7)
	require.Greater(t, figures[2].Value, 0.9)

	levels := []float64{0, 0.5, 1, 2, 4}
	curves, err := robustness.Curves([]string{"tells", "noise"}, levels, accuracy)
	require.NoError(t, err)
	require.Equal(t, figures[0].Value, curves[0].Values[0])
	require.Less(t, curves[0].Values[4], 0.75)
	require.Greater(t, curves[1].Values[4], 0.8)

	path := filepath.Join(t.TempDir(), "curves.png")
	require.NoError(t, robustness.Plot(path, "Robustness", "Accuracy", curves...))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	picture, err := png.Decode(f)
	require.NoError(t, err)
	require.Equal(t, 1600, picture.Bounds().Dx())
}

func TestErrors(t *testing.T) {
	fails := func(robustness.Alter) (float64, error) { return 0, errors.New("no data") }
	_, err := robustness.Ablation([]string{"image"}, fails)
	require.ErrorContains(t, err, "no data")
	_, err = robustness.Curves([]string{"image"}, []float64{0, 1}, fails)
	require.ErrorContains(t, err, `noise of 0 in "image": no data`)
	for _, levels := range [][]float64{nil, {1, 0}, {-1}, {math.NaN()}, {0, math.Inf(1)}} {
		_, err = robustness.Curves([]string{"image"}, levels, fails)
		require.ErrorContains(t, err, "level")
	}
	path := filepath.Join(t.TempDir(), "c.png")
	err = robustness.Plot(path, "", "Accuracy", robustness.Curve{Levels: []float64{0, 1}, Values: []float64{1}})
	require.ErrorContains(t, err, "as many X as Y")
}

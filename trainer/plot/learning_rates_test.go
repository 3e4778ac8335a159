package plot_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/trainer/plot"
)

func TestLearningRates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rates.png")
	if keep := os.Getenv("KEEP_PICTURES"); keep != "" {
		path = filepath.Join(keep, "rates.png")
	}
	var rates, losses []float64
	for i := range 80 {
		x := -8 + float64(i)/10
		rates, losses = append(rates, math.Pow(10, x)), append(losses, 2.3-1.5/(1+math.Exp(-3*(x+3)))+math.Exp(6*(x+0.6)))
	}
	require.NoError(t, plot.LearningRates(path, rates, losses, 1e-3))
	require.FileExists(t, path)
	require.NoError(t, plot.LearningRates(path, rates, losses, 0))
	require.NoError(t, plot.LearningRates(path, rates, losses, 1e-3))
	require.ErrorContains(t, plot.LearningRates(path, []float64{0}, []float64{1}, 0), "rates above 0")
}

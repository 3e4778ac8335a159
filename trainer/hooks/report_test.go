package hooks_test

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
	"multitorch/trainer/report"
)

// The page of a run has its curves, which go back to before it was resumed, its matrix and samples, and says how it ended.
func TestReport(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	matrix := metrics.NewConfusionMatrix(2)
	with := func() *hooks.Report {
		return &hooks.Report{
			Path: path, Title: "<five> numbers", Rows: filepath.Join(dir, "rows.jsonl"),
			Tables:    []report.Table{{Title: "Configuration", Rows: [][2]string{{"lr", "0.01"}}}},
			Confusion: func() (*metrics.ConfusionMatrix, []string) { return matrix, []string{"even"} },
			Samples: func(nn.Module) ([]report.Sample, error) {
				torch.Rand(torch.Shape{1})
				require.False(t, torch.IsGradEnabled())
				return []report.Sample{{Picture: image.NewGray(image.Rect(0, 0, 3, 3)), Said: "odd", Truth: "odd"}}, nil
			},
		}
	}
	page := func() string {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(b)
	}
	s := &saver{at: 7, end: 12, path: filepath.Join(dir, "state")}
	require.ErrorIs(t, logged(t, dir, s, with()).Fit(context.Background()), errBroken)
	require.Contains(t, page(), "failed after step 12, in epoch 3: hook saver: broken")
	require.Contains(t, page(), "<title>&lt;five&gt; numbers</title>")
	require.NotContains(t, page(), "<img")

	state, _, err := trainer.LoadState(s.path)
	require.NoError(t, err)
	require.NoError(t, logged(t, dir, with()).Resume(context.Background(), state))
	got := page()
	require.Contains(t, got, "finished: 20 steps, 4 epochs")
	for _, want := range []string{" at 5</title>", "<title>train: ", "test within epochs", "<img", "<bdi>even</bdi>", "<td><bdi>0.01</bdi></td>", "accuracy"} {
		require.Contains(t, got, want)
	}
	require.Equal(t, 4+4+5, strings.Count(got, "<circle")/2, "epochs of either side, and validations: of loss and accuracy")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, logged(t, dir, with()).Fit(ctx), context.Canceled)
	require.Contains(t, page(), "interrupted after step 0, in epoch 1")
}

// A run that did not begin, on a rank, say, that lost the others, has no rows, and no page; that is no error beside why.
func TestReportOfNoRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	r := &hooks.Report{Path: path, Rows: filepath.Join(t.TempDir(), "rows.jsonl")}
	require.NoError(t, r.OnEnd(trainer.End{Err: context.Canceled}))
	require.NoFileExists(t, path)
}

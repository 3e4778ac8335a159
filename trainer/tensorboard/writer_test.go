package tensorboard_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/trainer/tensorboard"
)

// goldenTime is the time in testdata/golden.tfevents.
var goldenTime = time.Unix(1_700_000_000, 250_000_000)

func still() tensorboard.Option { return tensorboard.Clock(func() time.Time { return goldenTime }) }

func newWriter(t *testing.T, dir string, opts ...tensorboard.Option) *tensorboard.Writer {
	t.Helper()
	w, err := tensorboard.NewWriter(dir, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// eventFiles returns the event files of a directory, in TensorBoard's order.
func eventFiles(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	require.NoError(t, err)
	return names
}

func readAll(t *testing.T, file string) []tensorboard.Event {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	var events []tensorboard.Event
	for e, err := range tensorboard.Read(f) {
		require.NoError(t, err)
		events = append(events, e)
	}
	return events
}

func TestWriterEqualsPyTorch(t *testing.T) {
	golden, err := os.ReadFile("testdata/golden.tfevents")
	require.NoError(t, err)
	raw, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	var made struct{ Values []float64 }
	require.NoError(t, json.Unmarshal(raw, &made))

	dir := t.TempDir()
	w := newWriter(t, dir, still(), tensorboard.ResumeAt(3))
	require.NoError(t, w.Scalar("loss/train", 0, 2.5))
	require.NoError(t, w.Scalar("loss/train", 1, 0))
	require.NoError(t, w.Scalar("loss/train", 2, math.NaN()))
	require.NoError(t, w.Scalar("loss/train", 3, math.Inf(1)))
	require.NoError(t, w.Scalar("loss/train", -4, math.Inf(-1)))
	require.NoError(t, w.Scalar("loss/train", 1<<40, 0.1))
	require.NoError(t, w.Scalar("größe/ü", 5, 1e-45))
	require.NoError(t, w.Histogram("weights", 6, made.Values))
	require.NoError(t, w.Histogram("one", 7, []float64{0.5}))
	require.NoError(t, w.Histogram("zeros", 8, []float64{0, 0, 0}))
	require.NoError(t, w.Text("notes", 9, "**bold**\n\ngrün"))
	require.NoError(t, w.Text("notes", 10, ""))
	require.NoError(t, w.Close())
	got, err := os.ReadFile(eventFiles(t, dir)[0])
	require.NoError(t, err)

	want, ours := records(golden), records(got)
	// The first record names the program. PyTorch's second says the file version again, at the step of the resume.
	want = want[2:]
	require.Equal(t, []tensorboard.Event{{
		WallTime: 1700000000.25, FileVersion: "brain.Event:2", SourceWriter: "multitorch",
	}}, readAll(t, eventFiles(t, dir)[0])[:1])
	ours = ours[1:]
	require.Len(t, ours, len(want))
	for i := range want {
		require.Equal(t, want[i], ours[i], "record %d", i)
	}
}

func TestReadPyTorch(t *testing.T) {
	events := readAll(t, "testdata/golden.tfevents")
	require.Len(t, events, 15)
	require.Equal(t, "tensorboard.summary.writer.event_file_writer", events[0].SourceWriter)
	require.Equal(t, tensorboard.Event{WallTime: 1700000000.25, Step: 3, Session: tensorboard.SessionStart}, events[2])
	require.Equal(t, tensorboard.Event{
		WallTime: 1700000000.25, Step: 1 << 40,
		Values: []tensorboard.Value{{Tag: "loss/train", Data: tensorboard.Scalar(0.1)}},
	}, events[8])
	require.Equal(t, tensorboard.Value{
		Tag:  "one",
		Data: events[11].Values[0].Data,
	}, events[11].Values[0])
	one := events[11].Values[0].Data.(tensorboard.Histogram)
	require.Equal(t, []float64{0, 1}, one.Counts)
	require.Less(t, one.Limits[0], 0.5)
	require.Greater(t, one.Limits[1], 0.5)
	require.Equal(t, 0.25, one.SumSquares)
	require.Equal(t, tensorboard.Value{
		Tag: "notes/text_summary", Plugin: "text", Data: tensorboard.Text("**bold**\n\ngrün"),
	}, events[13].Values[0])
}

func TestWriterRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		require.NoError(rt, err)
		w, err := tensorboard.NewWriter(dir)
		require.NoError(rt, err)
		defer w.Close()
		tags := rapid.SliceOfN(rapid.StringN(1, 20, -1), 1, 10).Draw(rt, "tags")
		var want []tensorboard.Event
		for _, tag := range tags {
			step := rapid.Int().Draw(rt, "step")
			var v tensorboard.Value
			if rapid.Bool().Draw(rt, "scalar") {
				x := rapid.Float32().Draw(rt, "x")
				v = tensorboard.Value{Tag: tag, Data: tensorboard.Scalar(x)}
				require.NoError(rt, w.Scalar(tag, step, float64(x)))
			} else {
				text := rapid.String().Draw(rt, "text")
				v = tensorboard.Value{Tag: tag + "/text_summary", Plugin: "text", Data: tensorboard.Text(text)}
				require.NoError(rt, w.Text(tag, step, text))
			}
			want = append(want, tensorboard.Event{Step: int64(step), Values: []tensorboard.Value{v}})
		}
		got := readAll(t, eventFiles(t, dir)[0])[2:]
		for i := range got {
			require.Positive(rt, got[i].WallTime)
			got[i].WallTime = 0
		}
		require.Equal(rt, want, got)
	})
}

func TestHistogramCountsEveryValueInItsBucket(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		finite := rapid.Float64().Filter(func(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) })
		values := rapid.SliceOfN(rapid.OneOf(finite, rapid.Float64Range(-2, 2)), 1, 50).Draw(rt, "values")
		h, err := tensorboard.NewHistogram(values)
		require.NoError(rt, err)
		require.Len(rt, h.Counts, len(h.Limits))
		require.Zero(rt, h.Counts[0], "the first bucket only gives the next its left edge")
		require.True(rt, slices.IsSorted(h.Limits))
		require.Equal(rt, slices.Min(values), h.Min)
		require.Equal(rt, slices.Max(values), h.Max)
		total := 0.0
		for i := 1; i < len(h.Counts); i++ {
			left, right := h.Limits[i-1], h.Limits[i]
			if i == 1 && left < -9e19 {
				left = math.Inf(-1)
			}
			if i == len(h.Counts)-1 && right > 9e19 {
				right = math.Inf(1)
			}
			n := 0.0
			for _, v := range values {
				if left <= v && v < right {
					n++
				}
			}
			require.Equal(rt, n, h.Counts[i], "[%g, %g)", left, right)
			total += n
		}
		require.Equal(rt, float64(len(values)), total)
		require.Equal(rt, total, h.Num)
		require.NotZero(rt, h.Counts[1])
		require.NotZero(rt, h.Counts[len(h.Counts)-1])
	})
}

func TestWriterImage(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 3, 2))
	clear := image.NewNRGBA(image.Rect(5, 5, 7, 9))
	opaque := image.NewRGBA(image.Rect(0, 0, 1, 1))
	opaque.Set(0, 0, color.White)
	tests := []struct {
		name                      string
		img                       image.Image
		width, height, colorspace int
	}{
		{"gray", gray, 3, 2, 1},
		{"opaque", opaque, 1, 1, 3},
		{"transparent", clear, 2, 4, 4},
		{"without Opaque", struct{ image.Image }{gray}, 3, 2, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			w := newWriter(t, dir)
			require.NoError(t, w.Image("sample", 1, tt.img))
			got := readAll(t, eventFiles(t, dir)[0])[2].Values[0].Data.(tensorboard.Image)
			require.Equal(t, []int{tt.width, tt.height, tt.colorspace}, []int{got.Width, got.Height, got.Colorspace})
			decoded, err := png.Decode(bytes.NewReader(got.PNG))
			require.NoError(t, err)
			require.Equal(t, tt.img.Bounds().Size(), decoded.Bounds().Size())
		})
	}
}

func TestWriterScalarsAreRuns(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir, tensorboard.ResumeAt(7))
	for step := range 2 {
		require.NoError(t, w.Scalars("loss/all", step, map[string]float64{"train": 1, "test/a": 2}))
	}
	require.NoError(t, w.Flush())
	require.Len(t, eventFiles(t, dir), 1)
	for sub, want := range map[string]tensorboard.Scalar{"loss_all_train": 1, "loss_all_test_a": 2} {
		files := eventFiles(t, filepath.Join(dir, sub))
		require.Len(t, files, 1)
		events := readAll(t, files[0])
		require.Len(t, events, 4, "file version, session start, two points")
		require.Equal(t, tensorboard.SessionStart, events[1].Session)
		require.Equal(t, []tensorboard.Value{{Tag: "loss/all", Data: want}}, events[3].Values)
	}
	require.NoError(t, w.Close())
	again := newWriter(t, filepath.Join(dir, "loss_all_train")) // closed with its parent
	require.NoError(t, again.Close())
}

func TestWriterFilesSortInOrder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "on", "demand")
	var want []string
	for i, clock := range []time.Duration{0, 0, -time.Hour, time.Minute} { // the same second, and a clock set back
		w := newWriter(t, dir, tensorboard.Suffix(".x"), tensorboard.Clock(func() time.Time { return goldenTime.Add(clock) }))
		require.NoError(t, w.Scalar("i", i, float64(i)))
		require.NoError(t, w.Close())
		for _, name := range eventFiles(t, dir) {
			if !slices.Contains(want, name) {
				want = append(want, name)
			}
		}
	}
	require.Len(t, want, 4)
	require.Equal(t, want, eventFiles(t, dir), "the order of writing is the order of names")
	host, err := os.Hostname()
	require.NoError(t, err)
	require.Regexp(t, fmt.Sprintf(`^events\.out\.tfevents\.1700000000\.%s\.%d\.\d+\.x$`, host, os.Getpid()), filepath.Base(want[0]))
}

func TestWriterOnePerDirectory(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir)
	_, err := tensorboard.NewWriter(dir)
	require.ErrorContains(t, err, dir)
	require.ErrorContains(t, err, "close it first")
	require.Len(t, eventFiles(t, dir), 1, "the refused writer leaves no file")
	require.NoError(t, w.Close())
	newWriter(t, dir)
}

func TestWriterErrors(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir)
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"empty tag", w.Scalar("", 0, 1), "expected a tag"},
		{"empty text tag", w.Text("", 0, "x"), "expected a tag"},
		{"tag not UTF-8", w.Scalar("\xff", 0, 1), `"\xff"`},
		{"text not UTF-8", w.Text("t", 3, "\xff"), `text "t" at step 3: expected UTF-8`},
		{"no values", w.Histogram("h", 0, nil), "at least one value"},
		{
			"NaN in a histogram", w.Histogram("h", 4, []float64{1, math.NaN()}),
			`histogram "h" at step 4: expected finite values, got NaN at index 1`,
		},
		{"infinity in a histogram", w.Histogram("h", 0, []float64{math.Inf(-1)}), "got -Inf at index 0"},
		{"nil image", w.Image("i", 0, nil), "at least one pixel"},
		{"empty image", w.Image("i", 0, image.NewGray(image.Rect(0, 0, 0, 5))), "at least one pixel"},
	}
	for _, tt := range tests {
		require.ErrorContains(t, tt.err, tt.want, tt.name)
	}
	require.Len(t, readAll(t, eventFiles(t, dir)[0]), 2, "nothing was written for them")
}

func TestWriterAfterClose(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir)
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
	for _, err := range []error{
		w.Scalar("a", 0, 0), w.Scalars("a", 0, map[string]float64{"x": 1}), w.Histogram("a", 0, []float64{1}),
		w.Text("a", 0, ""), w.Image("a", 0, image.NewGray(image.Rect(0, 0, 1, 1))), w.Flush(),
	} {
		require.ErrorIs(t, err, fs.ErrClosed)
		require.ErrorContains(t, err, dir)
	}
}

func TestNewWriterNotADirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := tensorboard.NewWriter(file)
	require.ErrorContains(t, err, file)
}

func TestWriterConcurrent(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir)
	const writers, each = 8, 50
	done := make(chan error)
	for i := range writers {
		go func() {
			var err error
			for step := 0; step < each && err == nil; step++ {
				err = w.Scalar(fmt.Sprint(i), step, float64(step))
			}
			done <- err
		}()
	}
	for range writers {
		require.NoError(t, <-done)
	}
	require.Len(t, readAll(t, eventFiles(t, dir)[0]), 2+writers*each)
}

func TestDefaultDir(t *testing.T) {
	host, err := os.Hostname()
	require.NoError(t, err)
	require.Regexp(t, `^runs/[A-Z][a-z]{2}\d\d_\d\d-\d\d-\d\d_`+host+`-lr3$`, tensorboard.DefaultDir("-lr3"))
	require.True(t, strings.HasSuffix(tensorboard.DefaultDir(""), host))
}

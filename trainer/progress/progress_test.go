package progress_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/trainer/progress"
)

// A watch is a clock that is set by hand.
type watch struct{ t time.Time }

func newWatch() *watch { return &watch{time.Unix(1_700_000_000, 0)} }

func (w *watch) option() progress.Option { return progress.Clock(func() time.Time { return w.t }) }

func columns(n int) progress.Option { return progress.Terminal(func() int { return n }) }

// screen shows what a terminal with endless columns shows after out: it knows \r, \n and "erase to the end of line".
func screen(t require.TestingT, out string) []string {
	lines := []string{""}
	for out != "" {
		last := &lines[len(lines)-1]
		switch {
		case strings.HasPrefix(out, "\r\x1b[K"):
			*last, out = "", out[4:]
		case out[0] == '\n':
			lines, out = append(lines, ""), out[1:]
		default:
			require.GreaterOrEqual(t, out[0], byte(' '), "a control character in %q", out)
			*last, out = *last+out[:1], out[1:]
		}
	}
	return lines
}

func TestPlainLines(t *testing.T) {
	var out bytes.Buffer
	w := newWatch()
	p := progress.New(&out, 200, progress.Epochs(2), w.option())
	for step := 1; step <= 200; step++ {
		w.t = w.t.Add(100 * time.Millisecond)
		p.Step((step-1)/100+1, step, 2/float64(step), 32)
		if step == 100 {
			p.Message("epoch 1: test accuracy 50.0 %\r\n")
		}
	}
	p.Done()
	p.Done()
	p.Step(3, 201, 0, 1)
	require.Equal(t, `epoch 1/2 step 1/200 loss 2.0000 320 samples/s ETA 0:20
epoch 1/2 step 51/200 loss 0.0392 320 samples/s ETA 0:15
epoch 1: test accuracy 50.0 %
epoch 2/2 step 101/200 loss 0.0198 320 samples/s ETA 0:10
epoch 2/2 step 151/200 loss 0.0132 320 samples/s ETA 0:05
epoch 2/2 step 200/200 loss 0.0100 320 samples/s took 0:20
`, out.String())
}

func TestPlainEvery(t *testing.T) {
	var out bytes.Buffer
	w := newWatch()
	p := progress.New(&out, 0, progress.Every(time.Hour), w.option())
	for step := 1; step <= 120; step++ {
		w.t = w.t.Add(time.Minute)
		p.Step(1, step, math.NaN(), 3)
	}
	require.Equal(t, `epoch 1 step 1 loss NaN 0.1 samples/s
epoch 1 step 61 loss NaN 0.1 samples/s
`, out.String(), "no total: no ETA")
	p.Done()
	require.Contains(t, out.String(), "epoch 1 step 120 loss NaN 0.1 samples/s took 2:00:00\n")
}

func TestResumedRunCountsFromItsFirstStep(t *testing.T) {
	var out bytes.Buffer
	w := newWatch()
	p := progress.New(&out, 1000, w.option())
	w.t = w.t.Add(time.Second)
	p.Step(6, 501, 1, 10)
	p.Done()
	require.Equal(t, `epoch 6 step 501/1000 loss 1.0000 10 samples/s ETA 8:19
epoch 6 step 501/1000 loss 1.0000 10 samples/s took 0:01
`, out.String())
}

func TestSpeedFollowsTheRun(t *testing.T) {
	var out bytes.Buffer
	w := newWatch()
	p := progress.New(&out, 10_000, w.option(), progress.Every(time.Minute))
	step := 0
	run := func(n int, each time.Duration) {
		for range n {
			step++
			w.t = w.t.Add(each)
			p.Step(1, step, 1, 1)
		}
	}
	run(600, 100*time.Millisecond)
	run(61, time.Second)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Contains(t, lines[len(lines)-1], " 1.0 samples/s ", "a minute after it fell from 10 to 1")
}

func TestTerminalBar(t *testing.T) {
	for _, tt := range []struct {
		columns int
		want    string
	}{
		{120, "epoch 3/10 step 400/1000 loss 0.5000 320 samples/s ETA 1:00  40% [===================>                                ]"},
		{80, "epoch 3/10 step 400/1000 loss 0.5000 320 samples/s ETA 1:00  40% [===>        ]"},
		{70, "epoch 3/10 step 400/1000 loss 0.5000 320/s ETA 1:00  40% [===>      ]"},
		{62, "epoch 3/10 step 400/1000 loss 0.5000 320 samples/s ETA 1:00"},
		{55, "epoch 3/10 step 400/1000 loss 0.5000 320/s ETA 1:00"},
		{40, "3/10 400/1000 0.5000 320/s 1:00"},
		{20, "3/10 400/1000 0.500"},
		{1, ""},
		{0, ""},
	} {
		var out bytes.Buffer
		w := newWatch()
		p := progress.New(&out, 1000, progress.Epochs(10), w.option(), columns(tt.columns))
		w.t = w.t.Add(100 * time.Millisecond)
		p.Step(3, 400, 0.5, 32)
		require.Equal(t, []string{tt.want}, screen(t, out.String()), "%d columns", tt.columns)
	}
}

func TestTerminalRedrawsTenTimesASecond(t *testing.T) {
	var out bytes.Buffer
	w := newWatch()
	p := progress.New(&out, 5000, w.option(), columns(80))
	for step := 1; step <= 5000; step++ {
		w.t = w.t.Add(time.Millisecond)
		p.Step(1, step, 1, 32)
	}
	drawn := strings.Count(out.String(), "\r")
	require.GreaterOrEqual(t, drawn, 49)
	require.LessOrEqual(t, drawn, 52)
	require.Contains(t, screen(t, out.String())[0], "step 5000/5000", "the last step is drawn whenever it comes")
	require.Contains(t, screen(t, out.String())[0], "100% [==")
}

func TestTerminalMessageStandsAboveTheBar(t *testing.T) {
	var out bytes.Buffer
	w := newWatch()
	p := progress.New(&out, 100, w.option(), columns(80))
	p.Message("before the first step")
	w.t = w.t.Add(time.Second)
	p.Step(1, 50, 1, 32)
	bar := screen(t, out.String())[1]
	require.Contains(t, bar, "50% [==")
	p.Message("a line that is\x1b[31m longer\r than the bar by far: " + strings.Repeat("x", 100))
	p.Message("two\nlines\n")
	require.Equal(t, []string{
		"before the first step",
		"a line that is[31m longer than the bar by far: " + strings.Repeat("x", 100),
		"two", "lines", bar,
	}, screen(t, out.String()))
	p.Done()
	p.Message("after")
	lines := screen(t, out.String())
	require.Equal(t, []string{"epoch 1 step 50/100 loss 1.0000 32 samples/s took 0:01", "after", ""}, lines[4:])
}

func TestDoneWithoutAStep(t *testing.T) {
	var out bytes.Buffer
	progress.New(&out, 100).Done()
	progress.New(&out, 100, columns(80)).Done()
	require.Empty(t, out.String())
}

// Whatever comes in, a line fits the terminal and holds no control characters.
func TestAnyInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer
		w := newWatch()
		width := rapid.IntRange(-1, 150).Draw(t, "columns")
		total := rapid.OneOf(rapid.Int(), rapid.IntRange(-1, 100)).Draw(t, "total")
		p := progress.New(&out, total, progress.Epochs(rapid.Int().Draw(t, "epochs")), w.option(), columns(width))
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			w.t = w.t.Add(time.Duration(rapid.IntRange(-1e9, 1e12).Draw(t, "ns")))
			p.Step(rapid.Int().Draw(t, "epoch"), rapid.Int().Draw(t, "step"), rapid.Float64().Draw(t, "loss"), rapid.Int().Draw(t, "samples"))
			lines := screen(t, out.String())
			require.Len(t, lines, 1)
			require.LessOrEqual(t, len(lines[0]), max(0, width-1))
		}
		p.Done()
	})
}

// A brokenPipe takes so many writes, and no more.
type brokenPipe struct {
	got          bytes.Buffer
	takes, asked int
}

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.asked++; b.asked > b.takes {
		return 0, errors.New("broken pipe")
	}
	return b.got.Write(p)
}

// When nobody can read the progress any more, the run goes on, and what could be read was whole.
func TestWriterErrorsDoNotStopTheRun(t *testing.T) {
	for takes, want := range []string{"", "epoch 1 step 1/2 loss 1.0000 - samples/s ETA 0:00\n"} {
		w := newWatch()
		pipe := &brokenPipe{takes: takes}
		p := progress.New(pipe, 2, w.option())
		p.Step(1, 1, 1, 1)
		p.Message("m")
		p.Done()
		require.Equal(t, want, pipe.got.String())
		require.Equal(t, 3, pipe.asked, "it is tried again: the line, the message, the end")
	}
}

func TestConcurrentUse(t *testing.T) {
	var out bytes.Buffer
	p := progress.New(&out, 1000, columns(80))
	done := make(chan bool)
	for i := range 4 {
		go func() {
			for k := range 50 {
				p.Step(1, i*50+k+1, 1, 1)
				p.Message(fmt.Sprint("message ", i, " ", k))
			}
			done <- true
		}()
	}
	for range 4 {
		<-done
	}
	p.Done()
	messages := 0
	for _, line := range screen(t, out.String()) {
		if strings.HasPrefix(line, "message ") {
			messages++
		}
	}
	require.Equal(t, 200, messages)
}

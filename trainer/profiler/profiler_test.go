package profiler_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer/profiler"
)

type model struct {
	nn.Base
	Body *nn.Sequential
	Slow *slow
	Head *nn.Linear
}

func newModel() *model {
	torch.ManualSeed(3)
	return &model{
		Body: nn.NewSequential(nn.NewLinear(4, 8), nn.NewReLU(), nn.NewIdentity()), Slow: &slow{}, Head: nn.NewLinear(8, 2),
	}
}

func (m *model) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor { return m.Head.Forward(m.Slow.Forward(m.Body.Forward(x))) })
}

// slow takes a while in either direction.
type slow struct {
	nn.Base
	labels string
}

const pause = 20 * time.Millisecond

func (s *slow) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(s, x, func(x *torch.Tensor) *torch.Tensor {
		time.Sleep(pause)
		s.labels = labels()
		y := x.Mul(2)
		z := y.Add(1)
		if y.RequiresGrad() {
			y.RegisterHook(func(*torch.Tensor) *torch.Tensor {
				time.Sleep(pause)
				return nil
			})
		}
		return z
	})
}

// labels are those of all goroutines, as a goroutine profile has them.
func labels() string {
	var b bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1)
	return strings.Join(regexp.MustCompile(`# labels: .*`).FindAllString(b.String(), -1), "\n")
}

func step(p *profiler.Profiler, m *model) []float32 {
	nn.ZeroGrad(m)
	p.Phase("forward")
	loss := m.Forward(torch.Ones(torch.Shape{3, 4})).Square().Mean()
	p.Phase("backward")
	loss.Backward()
	p.Phase("")
	var grads []float32
	for _, param := range nn.Parameters(m) {
		grads = append(grads, torch.ToSlice[float32](param.Grad())...)
	}
	return grads
}

func rowOf(t *testing.T, p *profiler.Profiler, category, module string) profiler.Row {
	t.Helper()
	for _, r := range p.Rows() {
		if r.Category == category && (r.Module == module || category == "phase" && r.Name == module) {
			return r
		}
	}
	require.Fail(t, "no row", "%s %s in %+v", category, module, p.Rows())
	return profiler.Row{}
}

func TestProfiler(t *testing.T) {
	without := step(profiler.New(), newModel())
	m := newModel()
	p := profiler.New()
	stop := p.Watch(m)
	with := step(p, m)
	require.Equal(t, without, with)
	require.Equal(t, without, step(p, m))
	require.Equal(t, `# labels: {"module":"slow (slow)", "phase":"forward"}`, m.Slow.labels)
	stop()
	require.Equal(t, without, step(p, m)) // of phases alone
	require.Equal(t, `# labels: {"phase":"forward"}`, m.Slow.labels)
	require.NotContains(t, labels(), "phase")

	for module, name := range map[string]string{"": "model", "body": "Sequential", "body.0": "Linear", "body.1": "ReLU", "slow": "slow", "head": "Linear"} {
		r := rowOf(t, p, "forward", module)
		require.Equal(t, name, r.Name)
		require.Equal(t, 2, r.Calls, module)
		require.Equal(t, "forward", r.Phase)
		require.GreaterOrEqual(t, r.Total, r.Self)
	}
	require.GreaterOrEqual(t, rowOf(t, p, "forward", "slow").Self, 2*pause)
	whole := rowOf(t, p, "forward", "")
	require.GreaterOrEqual(t, whole.Total, 2*pause)
	require.LessOrEqual(t, whole.Self, whole.Total-2*pause)
	require.GreaterOrEqual(t, rowOf(t, p, "backward", "slow").Self, 2*pause)
	requireHeadBeforeSlow(t, p)
	require.GreaterOrEqual(t, rowOf(t, p, "phase", "forward").Self, pause, "of the step that no module was watched in")
	require.Less(t, rowOf(t, p, "phase", "backward").Self, rowOf(t, p, "phase", "backward").Total-2*pause)
	require.Equal(t, "backward", rowOf(t, p, "backward", "slow").Phase)
	require.Equal(t, 2, rowOf(t, p, "backward", "body.0").Calls)
	require.Equal(t, 3, rowOf(t, p, "phase", "forward").Calls)
	for _, r := range p.Rows() {
		require.False(t, r.Category == "backward" && (r.Module == "body" || r.Module == "body.2"), "%+v", r)
	}
	table := p.Table(3)
	require.Regexp(t, `(?m)^forward +3 +\d+\.\d\d +\d+\.\d +\d+\.\d{3} +\d+\.\d\d$`, table)
	require.Regexp(t, `(?m)^slow \(slow\) +(forward|backward) +2 +\d+\.\d\d`, table)
	require.Contains(t, table, "… and 8 more\n")
}

// requireHeadBeforeSlow requires the backward pass of the last layer to end with its input's gradient, before that of the one below waits.
func requireHeadBeforeSlow(t *testing.T, p *profiler.Profiler) {
	var head time.Duration
	for _, s := range p.Spans() {
		switch {
		case s.Category == "backward" && s.Module == "head":
			head = s.Begin + s.Took
		case s.Category == "backward" && s.Module == "slow":
			require.LessOrEqual(t, head, s.Begin+s.Took-pause)
		}
	}
	require.NotZero(t, head)
}

// A trace is what Chrome and Perfetto read: spans lie within each other or beside each other, on each goroutine.
func TestTrace(t *testing.T) {
	p := profiler.New()
	m := newModel()
	defer p.Watch(m)()
	step(p, m)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Phase("elsewhere")
		torch.NoGrad(func() { m.Forward(torch.Ones(torch.Shape{1, 4})) })
		p.Phase("")
	}()
	<-done
	var b bytes.Buffer
	require.NoError(t, p.WriteTrace(&b))
	var trace struct {
		DisplayTimeUnit string
		TraceEvents     []struct {
			Name, Cat, Ph string
			Ts, Dur       *float64
			Pid, Tid      *int
			Args          map[string]string
		}
	}
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&trace))
	require.Equal(t, "ms", trace.DisplayTimeUnit)
	nanoseconds := func(microseconds float64) int64 { return int64(microseconds * 1000) } // without rounding, as some readers do
	names := map[string]bool{}
	for i, a := range trace.TraceEvents {
		require.NotNil(t, a.Tid)
		require.NotNil(t, a.Pid)
		names[fmt.Sprint(a.Cat, " ", a.Name, " ", *a.Tid)] = true
		if a.Ph == "M" {
			continue
		}
		require.Equal(t, "X", a.Ph)
		require.GreaterOrEqual(t, *a.Dur, 0.)
		for _, b := range trace.TraceEvents[i+1:] {
			if b.Ph != "X" || *b.Tid != *a.Tid {
				continue
			}
			aFrom, bFrom := nanoseconds(*a.Ts), nanoseconds(*b.Ts)
			aTo, bTo := aFrom+nanoseconds(*a.Dur), bFrom+nanoseconds(*b.Dur)
			apart := aTo <= bFrom || bTo <= aFrom
			within := aFrom >= bFrom && aTo <= bTo || bFrom >= aFrom && bTo <= aTo
			require.True(t, apart || within, "%+v %+v", a, b)
		}
	}
	for _, want := range []string{
		"phase forward 1", "phase backward 1", "forward model (model) 1", "forward body.0 (Linear) 1", "backward body.0 (Linear) 1",
		"phase elsewhere 2", "forward body.0 (Linear) 2",
	} {
		require.Contains(t, names, want)
	}
	require.NotContains(t, names, "backward body.0 (Linear) 2")
}

// A Forward that fails leaves nothing open that later spans would lie in.
func TestFailedForward(t *testing.T) {
	p := profiler.New()
	m := newModel()
	defer p.Watch(m)()
	p.Phase("forward")
	require.Error(t, torch.Try(func() error {
		m.Forward(torch.Ones(torch.Shape{3, 5}))
		return nil
	}))
	p.Phase("again")
	m.Forward(torch.Ones(torch.Shape{3, 4}))
	p.Phase("")
	calls := 0
	for _, r := range p.Rows() {
		if r.Category == "forward" && r.Module == "body.0" {
			calls += r.Calls
		}
	}
	require.Equal(t, 2, calls)
	require.Equal(t, "again", rowOf(t, p, "forward", "head").Phase)
}

// Operations in place and packed sequences are watched as well, and compute the same.
func TestInPlaceAndPacked(t *testing.T) {
	torch.ManualSeed(0)
	linear, relu, gru := nn.NewLinear(4, 4), nn.NewReLU(nn.Inplace(true)), nn.NewGRU(4, 3)
	all := nn.NewModuleList[nn.Module](linear, relu, gru)
	x := torch.Randn(torch.Shape{5, 2, 4})
	grads := func(p *profiler.Profiler) (grads []float32) {
		nn.ZeroGrad(all)
		p.Phase("forward")
		y, _ := gru.ForwardPacked(nn.PackPaddedSequence(relu.Forward(linear.Forward(x)), torch.New([]int64{5, 2})), nil)
		p.Phase("backward")
		y.Data.Sum().Backward()
		p.Phase("")
		for _, param := range nn.Parameters(all) {
			grads = append(grads, torch.ToSlice[float32](param.Grad())...)
		}
		return grads
	}
	want := grads(profiler.New())
	p := profiler.New()
	defer p.Watch(all)()
	require.Equal(t, want, grads(p))
	for _, module := range []string{"0", "1", "2"} {
		require.Equal(t, 1, rowOf(t, p, "forward", module).Calls)
	}
	require.Equal(t, "GRU", rowOf(t, p, "backward", "2").Name)
	require.Equal(t, "ReLU", rowOf(t, p, "backward", "1").Name)
}

func Example() {
	model := nn.NewSequential(nn.NewLinear(4, 8), nn.NewReLU(), nn.NewLinear(8, 2))
	p := profiler.New()
	defer p.Watch(model)()
	p.Phase("forward")
	loss := model.Forward(torch.Ones(torch.Shape{3, 4})).Sum()
	p.Phase("backward")
	loss.Backward()
	p.Phase("")
	for _, s := range p.Spans() {
		fmt.Println(s.Category, s.Module, s.Name)
	}
	// Output:
	// forward 0 Linear
	// forward 1 ReLU
	// forward 2 Linear
	// forward  Sequential
	// phase  forward
	// backward 2 Linear
	// backward 1 ReLU
	// backward 0 Linear
	// phase  backward
}

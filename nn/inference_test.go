package nn_test

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
)

// reader is a model with the layers of an image and text classifier.
type reader struct {
	nn.Base
	Conv   *nn.Conv2d
	Norm   *nn.BatchNorm2d
	GRU    *nn.GRU
	Output *nn.Linear
}

func newReader() *reader {
	return &reader{
		Conv: nn.NewConv2d(3, 6, 3, nn.Padding(1)), Norm: nn.NewBatchNorm2d(6),
		GRU: nn.NewGRU(8, 5, nn.BatchFirst(true), nn.Bidirectional(true)), Output: nn.NewLinear(10, 4),
	}
}

// Forward maps pictures [N, 3, 6, 8] to [N, 4]: the rows of all channels are a sequence.
func (m *reader) Forward(x *torch.Tensor) *torch.Tensor {
	rows := m.Norm.Forward(m.Conv.Forward(x)).ReLU().Flatten(1, 2)
	_, hn := m.GRU.Forward(rows, nil)
	return m.Output.Forward(torch.Cat([]*torch.Tensor{hn.Select(0, 0), hn.Select(0, 1)}, 1))
}

// TestInferenceIn64Goroutines: what many goroutines compute at once with one model is
// what one computes, bit for bit; nothing stays behind, and memory does not grow with
// the number of rounds. Every fourth goroutine leaves its tensors to the collector.
func TestInferenceIn64Goroutines(t *testing.T) {
	const goroutines, rounds, inputs = 64, 10, 7
	torch.ManualSeed(11)
	m := newReader()
	for range 3 { // batch norm has averages of its own now
		m.Forward(torch.Randn(torch.Shape{4, 3, 6, 8}))
	}
	nn.Eval(m)
	var xs []*torch.Tensor
	var want [][]byte
	for range inputs {
		x := torch.Randn(torch.Shape{2, 3, 6, 8})
		xs = append(xs, x)
		torch.NoGrad(func() { want = append(want, m.Forward(x).Bytes()) })
	}
	infer := func(i int, scoped bool) (got []byte) {
		torch.NoGrad(func() {
			if !scoped {
				got = m.Forward(xs[i]).Bytes()
				return
			}
			torch.Scoped(func(s *torch.Scope) { got = m.Forward(s.Own(xs[i].Clone())).Bytes() })
		})
		return got
	}
	wrong, peak := atomic.Int64{}, atomic.Int64{}
	all := func() {
		var group sync.WaitGroup
		for g := range goroutines {
			group.Go(func() {
				for r := range rounds {
					i := (g + r) % inputs
					if !bytes.Equal(want[i], infer(i, g%4 != 0)) {
						wrong.Add(1)
					}
				}
				if r := resident(t); r > peak.Load() {
					peak.Store(r)
				}
			})
		}
		group.Wait()
	}
	all()
	before, _ := leak.Settled()
	first := peak.Load()
	for range 3 {
		all()
		after, _ := leak.Settled()
		require.LessOrEqual(t, after, before, "tensors that nobody owns")
	}
	require.Zero(t, wrong.Load(), "results that differ from the serial ones")
	t.Logf("%d MB resident after the first rounds, %d MB at most", first>>20, peak.Load()>>20)
	require.Less(t, peak.Load()-first, int64(256<<20))
}

// TestInferenceBesideItsUndoing: goroutines that free the input, or close its scope,
// while others compute with it get and give typed errors, or the right result.
func TestInferenceBesideItsUndoing(t *testing.T) {
	m := newReader()
	nn.Eval(m)
	x := torch.Randn(torch.Shape{1, 3, 6, 8})
	want := m.Forward(x).Bytes()
	before, _ := leak.Settled()
	for range 20 {
		s := torch.OpenScope()
		shared := s.Own(x.Clone())
		errs := make([]error, 64)
		var group sync.WaitGroup
		for g := range errs {
			group.Go(func() {
				errs[g] = torch.Try(func() error {
					switch g {
					case 30, 31:
						shared.Free()
					case 40:
						s.Close()
					default:
						torch.NoGrad(func() {
							if y := m.Forward(shared).Bytes(); !bytes.Equal(want, y) {
								t.Errorf("another result")
							}
						})
					}
					return nil
				})
			})
		}
		group.Wait()
		for _, err := range errs {
			if err != nil {
				var e *torch.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, torch.FreedError, e.Kind, err)
			}
		}
		s.Close()
	}
	after, _ := leak.Settled()
	require.LessOrEqual(t, after, before)
}

// resident is the process's memory in bytes.
func resident(t *testing.T) int64 {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Error(err)
		return 0
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	if err != nil {
		t.Error(err)
	}
	return pages * int64(os.Getpagesize())
}

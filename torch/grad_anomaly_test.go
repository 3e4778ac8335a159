package torch_test

import (
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

func TestAnomalyNamesTheCall(t *testing.T) {
	x := leaf(-1, 2)
	place := ""
	at := func(x *torch.Tensor) *torch.Tensor {
		_, file, line, _ := runtime.Caller(1)
		place = fmt.Sprintf("called at %s:%d (torch_test.TestAnomalyNamesTheCall.", filepath.Base(file), line)
		return x
	}
	for name, c := range map[string]struct {
		do   func()
		want []string
	}{
		"NaN": {func() {
			torch.Grad([]*torch.Tensor{at(x.Mul(0)).Sqrt().Mul(0).Sum()}, []*torch.Tensor{x})
		}, []string{"'SqrtBackward0' returned NaN in its result 0"}},
		"error": {func() {
			y := at(x).Exp()
			z := y.Mul(2).Sum()
			y.ZeroInplace()
			z.Backward()
		}, []string{"modified by an inplace operation"}},
		"one of several nodes": {func() {
			y := at(x.Reshape(1, 1, 2)).Matmul(torch.FromSlice([]float64{0, math.NaN(), 0, 0}, 2, 2))
			require.NotContains(t, y.GradFn(), "Mm")
			y.Sum().Backward()
		}, []string{"MmBackward0"}},
	} {
		t.Run(name, func(t *testing.T) {
			requireBalance(t, func() {
				err := torch.Try(func() error { torch.DetectAnomaly(c.do); return nil })
				require.ErrorContains(t, err, place)
				for _, w := range c.want {
					require.ErrorContains(t, err, w)
				}
			})
			err := torch.Try(func() error { c.do(); return nil })
			if err != nil {
				require.NotContains(t, err.Error(), place, "outside, nothing is noted")
			}
		})
	}
	torch.DetectAnomaly(func() {
		y := leaf(1, 2)
		y.Mul(y).Sum().Backward()
		require.Equal(t, []float64{2, 4}, values(y.Grad()))
	})
}

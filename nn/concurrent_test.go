package nn_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

// TestOneModelManyGoroutines: inference from several goroutines at once gives what
// one gives, while others look at the model.
func TestOneModelManyGoroutines(t *testing.T) {
	m := nn.NewSequential(nn.NewEmbedding(9, 6), nn.NewDropout(0.5), nn.NewLinear(6, 8), nn.NewLayerNorm(8), nn.NewGELU(),
		nn.NewBatchNorm1d(4), nn.NewFlatten(), nn.NewLinear(32, 3))
	gru := nn.NewGRU(3, 5, nn.Bidirectional(true))
	nn.Eval(m)
	nn.Eval(gru)
	ids := torch.New([][]int{{0, 1, 2, 3}, {8, 7, 6, 5}})
	forward := func() (out []float32) {
		torch.NoGrad(func() {
			torch.Scoped(func(s *torch.Scope) {
				y, _ := gru.Forward(m.Forward(s.Own(ids.Clone())), nil)
				out = torch.ToSlice[float32](y)
			})
		})
		return out
	}
	want := forward()
	var group sync.WaitGroup
	errs := make(chan error, 2*8*20)
	for range 8 {
		group.Go(func() {
			for range 20 {
				nn.Parameters(m)
				errs <- torch.Try(func() error {
					if got := forward(); fmt.Sprint(got) != fmt.Sprint(want) {
						return fmt.Errorf("got %v, want %v", got, want)
					}
					return nil
				})
				err := torch.Try(func() error { m.Layers[2].Forward(ids.To(torch.Float32)); return nil })
				if err == nil || err.(*torch.Error).Module != "2 (Linear)" {
					errs <- fmt.Errorf("expected an error in 2 (Linear), but got %v", err)
				}
			}
		})
	}
	group.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
}

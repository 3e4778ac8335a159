package distributed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/distributed"
	"multitorch/nn"
	"multitorch/torch"
)

// traced traces the third step of a network whose buckets are several.
var traced = scene("traced", func(_ context.Context, g *distributed.Group) error {
	var layers []nn.Layer
	for range 6 {
		layers = append(layers, nn.NewLinear(500, 500), nn.NewTanh())
	}
	m := nn.NewSequential(layers...)
	ddp, err := distributed.NewDistributedDataParallel(m, g, distributed.BucketCapMB(1))
	must(err)
	x := torch.Randn(torch.Shape{3000, 500})
	step := func() { ddp.Forward(func() *torch.Tensor { return m.Forward(x).Square().Mean() }).Backward() }
	step()
	step()
	must(g.Barrier())
	stop, err := distributed.StartTrace()
	must(err)
	if _, err := distributed.StartTrace(); err == nil {
		return fmt.Errorf("two traces at once")
	}
	step()
	trace, err := stop()
	must(err)
	var file bytes.Buffer
	_, err = trace.WriteTo(&file)
	must(err)
	fmt.Print(file.String())
	return nil
})

// reductionsOf are when rank 0's reductions began, and when the last node of its backward pass ended.
func reductionsOf(t *testing.T) (reductions []float64, last float64) {
	t.Helper()
	var trace struct {
		TraceEvents []struct {
			Name    string
			TS, Dur float64
		}
	}
	require.NoError(t, json.Unmarshal([]byte(play(t, 2, traced)[0]), &trace))
	for _, e := range trace.TraceEvents {
		switch {
		case e.Name == "gloo:all_reduce":
			reductions = append(reductions, e.TS)
		case strings.HasPrefix(e.Name, "autograd::engine::evaluate_function"):
			last = max(last, e.TS+e.Dur)
		}
	}
	return reductions, last
}

// TestOverlapInATrace sees buckets reduced while the backward pass goes on: all but the last are begun before its last node ends.
// That is asked under "make distributed" alone: on a machine with no idle core a group's threads may come late.
func TestOverlapInATrace(t *testing.T) {
	var reductions []float64
	last := 0.
	for n := 0; n < 5 && len(reductions) < 3; n++ { // a trace ends without threads that get no time for ten seconds
		reductions, last = reductionsOf(t)
	}
	require.GreaterOrEqual(t, len(reductions), 3, "buckets")
	early := 0
	for _, at := range reductions {
		if at < last {
			early++
		}
	}
	require.Positive(t, last, "nodes of the backward pass")
	if os.Getenv("MULTITORCH_SCALING") == "" {
		return
	}
	require.GreaterOrEqual(t, early, len(reductions)-1, "of %d reductions %d began before the backward pass was over", len(reductions), early)
}

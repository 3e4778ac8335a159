package hooks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer/hooks"
)

func weights(r *run) []float32 {
	var all []float32
	for _, p := range nn.Parameters(r.Model) {
		all = append(all, torch.ToSlice[float32](p.Tensor)...)
	}
	return all
}

// Looking changes no bit, and sees as many steps as it should, or as there are.
func TestProfile(t *testing.T) {
	plain := newRun(3)
	require.NoError(t, plain.Fit(context.Background()))
	for _, c := range []struct {
		wait, steps, epochs, seen int
	}{{0, 0, 3, 5}, {-1, 4, 3, 4}, {12, 10, 3, 3}, {20, 1, 3, 0}} {
		path := filepath.Join(t.TempDir(), "trace.json")
		var table bytes.Buffer
		r := newRun(c.epochs, &hooks.Profile{Path: path, Table: &table, Wait: c.wait, Steps: c.steps})
		require.NoError(t, r.Fit(context.Background()))
		require.Equal(t, weights(plain), weights(r))
		text, err := os.ReadFile(path)
		if c.seen == 0 {
			require.ErrorIs(t, err, os.ErrNotExist)
			require.Empty(t, table.String())
			continue
		}
		require.NoError(t, err)
		var trace struct{ TraceEvents []struct{ Name, Cat string } }
		require.NoError(t, json.Unmarshal(text, &trace))
		count := map[string]int{}
		for _, e := range trace.TraceEvents {
			count[e.Cat+" "+e.Name]++
		}
		for _, phase := range []string{"phase forward", "phase backward", "phase optimizer", "phase metrics"} {
			require.Equal(t, c.seen, count[phase], "%v of %+v", phase, count)
		}
		require.Equal(t, c.seen, count["backward model (Linear)"], "%+v", count)
		require.GreaterOrEqual(t, count["phase data"], c.seen)
		require.Regexp(t, `(?m)^forward +\d`, table.String())
		require.Regexp(t, `(?m)^model \(Linear\) +forward +\d`, table.String())
	}
}

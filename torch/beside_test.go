package torch_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// T is short for what the tables are full of.
type T = *torch.Tensor

// beside is an expression in Python and in Go: both give the same bits. Go's may
// give a tensor, several, or a number.
type beside struct {
	python string
	got    func() any
}

// one, two and three make tables of functions with one, two and three results.
func one(python string, f func() T) beside { return beside{python, func() any { return f() }} }

func two(python string, f func() (T, T)) beside {
	return beside{python, func() any { a, b := f(); return []T{a, b} }}
}

func three(python string, f func() (T, T, T)) beside {
	return beside{python, func() any { a, b, c := f(); return []T{a, b, c} }}
}

func several(python string, f func() []T) beside { return beside{python, func() any { return f() }} }

func plain(python string, f func() any) beside { return beside{python, f} }

const besideTwin = asPairs + `
globals().update(inputs)
nan, inf = float("nan"), float("inf")
def flat(r):
    return [r] if not isinstance(r, (tuple, list)) else [s for each in r for s in flat(each)]
def run(n_):
    torch.manual_seed(n_)
    try:
        results = flat(eval(args[n_], globals()))
    except Exception as wrong:
        raise Exception("%s: %s" % (args[n_], wrong))
    for i_, r_ in enumerate(results):
        if isinstance(r_, torch.Tensor):
            out["%d.%d layout" % (n_, i_)] = torch.tensor(r_.stride(), dtype=torch.int64)
            r_ = pairs(r_)
        out["%d.%d" % (n_, i_)] = r_
for n_ in range(len(args)):
    run(n_)
`

// requireBeside holds every entry against Python: values, dtypes, shapes, strides.
func requireBeside(t *testing.T, in map[string]T, table []beside) {
	t.Helper()
	expressions := make([]string, len(table))
	for i, c := range table {
		expressions[i] = c.python
	}
	want := twin.Run(t, besideTwin, in, expressions...)
	for n, c := range table {
		torch.ManualSeed(int64(n))
		var results []T
		var got any
		require.NoError(t, torch.Try(func() error { got = c.got(); return nil }), c.python)
		switch v := got.(type) {
		case T:
			results = []T{v}
		case []T:
			results = v
		case float64: // which Python sends as it is
			results = []T{torch.New(v, torch.Float64)}
		default:
			results = []T{torch.New(v)}
		}
		for i, y := range results {
			about := fmt.Sprintf("%s, result %d", c.python, i)
			key := fmt.Sprintf("%d.%d", n, i)
			if layout := want[key+" layout"]; layout != nil && y != nil {
				require.Equal(t, torch.ToSlice[int](layout), append([]int{}, y.Strides()...), "%s: strides", about)
			}
			twin.RequireEqual(t, want[key], pairs(y), about)
		}
		require.NotContains(t, want, fmt.Sprintf("%d.%d", n, len(results)), c.python)
	}
}

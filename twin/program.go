package twin

import (
	"fmt"
	"strings"
	"testing"

	"multitorch/torch"
)

// Program is a small program in Python and line by line in Go. Both save results
// under the same names:
//
//	twin.Program{Name: "a step", Python: `
//		w = torch.randn(3, requires_grad=True)
//		(w ** 2).sum().backward()
//		save(grad=w.grad)
//	`, Go: func(save func(string, any)) {
//		w := torch.Randn(torch.Shape{3}, torch.RequiresGrad(true))
//		w.Pow(2).Sum().Backward()
//		save("grad", w.Grad())
//	}}
type Program struct {
	Name, Python string
	Go           func(save func(name string, result any))
}

const runPrograms = `
import textwrap, traceback
seeds, sources = args[0].split(), args[1:]
def plain(v):
    if isinstance(v, torch.Tensor):
        v = v.detach().resolve_conj().clone()
        if v.dtype == torch.complex128: v = torch.view_as_real(v)
    return v
for seed in seeds:
    for n, source in enumerate(sources):
        def save(**values): out.update({"%s %d %s" % (seed, n, k): plain(v) for k, v in values.items()})
        torch.manual_seed(int(seed))
        try:
            exec(textwrap.dedent(source), {"torch": torch, "save": save})
        except Exception:
            raise Exception("program %d, seed %s: %s" % (n, seed, traceback.format_exc()))
        save(**{"random state": torch.get_rng_state()})
`

// RunPrograms runs every program with every seed in Python, and in Go on one OS
// thread. It fails the test unless the results have the same names, dtypes, shapes
// and bits, and as many random numbers were drawn.
func RunPrograms(t *testing.T, seeds []int64, programs []Program) {
	args := []string{strings.Trim(fmt.Sprint(seeds), "[]")}
	for _, p := range programs {
		args = append(args, p.Python)
	}
	want := Run(t, runPrograms, nil, args...)
	for n, p := range programs {
		for _, seed := range seeds {
			t.Run(fmt.Sprintf("%s, seed %d", p.Name, seed), func(t *testing.T) {
				prefix := fmt.Sprintf("%d %d ", seed, n)
				saved := map[string]bool{}
				save := func(name string, result any) {
					saved[prefix+name] = true
					RequireEqual(t, want[prefix+name], plain(result), name)
				}
				torch.Pinned(func() {
					torch.ManualSeed(seed)
					p.Go(save)
					save("random state", torch.RNGState())
				})
				for name := range want {
					if strings.HasPrefix(name, prefix) && !saved[name] {
						t.Errorf("only Python saved %s", strings.TrimPrefix(name, prefix))
					}
				}
			})
		}
	}
}

// plain is what Run can bring from Python: a tensor, complex128 as pairs.
func plain(result any) *torch.Tensor {
	x, ok := result.(*torch.Tensor)
	if !ok {
		if v, isFloat := result.(float64); isFloat { // which Python sends as it is
			return torch.New(v, torch.Float64)
		}
		return torch.New(result)
	}
	if x = x.Detach().ResolveConj(); x.DType() == torch.Complex128 {
		x = x.ViewAsReal()
	}
	return x
}

package torch_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/torch"
)

// here is the line of its caller, moved by so many lines: "scope_test.go:12".
func here(move int) string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line+move)
}

// Whatever fails, wherever in the toolkit: the error names the program's line.
func TestErrorsNameTheProgramsLine(t *testing.T) {
	x, y := torch.Ones(torch.Shape{2}), torch.Ones(torch.Shape{3})
	leaf := torch.Ones(torch.Shape{2}, torch.RequiresGrad(true))
	for name, c := range map[string]func() string{
		"an operator's":     func() string { x.Add(y); return "" },
		"the package's own": func() string { x.Size(7); return "" },
		"of nil":            func() string { x.Add((*torch.Tensor)(nil)); return "" },
		"in a hook": func() string {
			z := leaf.Mul(2)
			z.RegisterHook(func(*torch.Tensor) *torch.Tensor { panic(&torch.Error{Op: "mine"}) })
			z.Sum().Backward()
			return ""
		},
	} {
		var e *torch.Error
		require.ErrorAs(t, torch.Try(func() error { c(); return nil }), &e, name)
		require.Regexp(t, `^site_test\.go:\d+$`, e.Site, name)
		require.Contains(t, e.Error(), ", at "+e.Site, name)
	}
	err := torch.Try(func() error { x.Add(y); return nil })
	require.ErrorContains(t, err, ", at "+here(-1))
}

// Freed with a scope that the toolkit opened: its caller's line is named, and the line of use.
func TestFreedTensorsNameTheProgramsLines(t *testing.T) {
	ds, err := datasets.NewTensorDataset(torch.Ones(torch.Shape{8, 2}))
	require.NoError(t, err)
	for _, workers := range []int{0, 2} {
		loader, err := datasets.NewLoader(ds, datasets.BatchSize(2), datasets.Workers(workers))
		require.NoError(t, err)
		var outs []*torch.Tensor
		loop := here(+1)
		for b, err := range loader.All(t.Context()) {
			require.NoError(t, err)
			outs = append(outs, b[0].Mul(2))
		}
		err = torch.Try(func() error { torch.Cat(outs, 0); return nil })
		require.ErrorContains(t, err, "freed with its scope, opened at "+loop)
		require.ErrorContains(t, err, ", at "+here(-2))
	}
	x := torch.Ones(torch.Shape{2})
	x.Free()
	freed := here(-1)
	require.ErrorContains(t, torch.Try(func() error { x.Exp(); return nil }), "freed by Free at "+freed)
}

func TestKindsAreErrors(t *testing.T) {
	x := torch.Ones(torch.Shape{2})
	err := fmt.Errorf("step 3: %w", torch.Try(func() error { torch.Zeros(torch.Shape{1 << 50}); return nil }))
	require.ErrorIs(t, err, torch.OutOfMemory)
	require.NotErrorIs(t, err, torch.IndexError)
	require.ErrorIs(t, torch.Try(func() error { x.Select(0, 7); return nil }), torch.IndexError)
	require.False(t, errors.Is(nil, torch.OutOfMemory))
	require.Equal(t, "out of memory", torch.OutOfMemory.Error())
	require.Equal(t, "an error of another kind", torch.Kind(77).Error())
}

package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// Where a tensor or a number may stand, an error says both.
func TestErrorsSayThatTensorsMayBeGiven(t *testing.T) {
	x, mask := torch.Ones(torch.Shape{2}), torch.New([]bool{true, false})
	index, none := torch.New([]int{0, 1}), (*torch.Tensor)(nil)
	for op, f := range map[string]func(v any){
		"add": func(v any) { x.Add(v) }, "add_": func(v any) { x.AddInplace(v) }, "div": func(v any) { x.Div(v) },
		"eq": func(v any) { x.Eq(v) }, "pow": func(v any) { x.Pow(v) }, "lt": func(v any) { x.Lt(v) },
		"bitwise_and": func(v any) { mask.BitwiseAnd(v) }, "xlogy": func(v any) { x.Xlogy(v) },
		"lerp": func(v any) { x.Lerp(x, v) }, "where": func(v any) { torch.Where(mask, x, v) },
		"masked_fill": func(v any) { x.MaskedFill(mask, v) }, "fill_": func(v any) { x.FillInplace(v) },
		"scatter": func(v any) { x.Scatter(0, index, v) }, "isin": func(v any) { x.IsIn(v) },
		"quantile": func(v any) { x.Quantile(v) }, "searchsorted": func(v any) { torch.Searchsorted(x, v, false) },
		"normal": func(v any) { torch.Normal(x, v) }, "result_type": func(v any) { torch.ResultType(x, v) },
		"repeat_interleave": func(v any) { x.RepeatInterleave(v) }, "trapezoid": func(v any) { x.Trapezoid(v) },
		"IndexPut": func(v any) { x.IndexPut(v, 0) },
	} {
		for got, v := range map[string]any{"nil": nil, "a string": "1", "a []float64": []float64{1}} {
			var e *torch.Error
			require.ErrorAs(t, torch.Try(func() error { f(v); return nil }), &e, op)
			require.Equal(t, op, e.Op)
			require.Equal(t, torch.TypeError, e.Kind)
			require.Equal(t, "expected a tensor or a number, but got "+got, e.Message)
		}
	}
	require.ErrorContains(t, torch.Try(func() error { x.Add(none); return nil }), "expected a tensor or a number, but got nil")
	require.ErrorContains(t, torch.Try(func() error { torch.Full(torch.Shape{1}, nil); return nil }), "full: expected a number, but got nil")
}

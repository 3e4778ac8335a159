package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// A result that is asked for as what it is not is an error, and leaves nothing behind;
// nor do results that are not asked for.
func TestResultsThatAreSomethingElse(t *testing.T) {
	var (
		sort  = torch.NewOperator("aten::sort", "self", "dim", "descending")
		split = torch.NewOperator("aten::split.Tensor", "self", "split_size")
		size  = torch.NewOperator("aten::size.int", "self", "dim")
		neg   = torch.NewOperator("aten::neg", "self")
		zero  = torch.NewOperator("aten::_assert_async", "self")
		x     = torch.New([]float32{3, 1, 2})
		one   = torch.New([]float32{1})
	)
	requireBalance(t, func() {
		require.Equal(t, []float32{1, 2, 3}, torch.ToSlice[float32](sort.Call(x, 0, false)))
		sort.Do(x, 0, false)
		sort.Call2(x, 0, true)
		for name, use := range map[string]func(){
			"too few":          func() { sort.Call3(x, 0, false) },
			"list as tensor":   func() { split.Call(x, 1) },
			"list as tensors":  func() { split.Call2(x, 1) },
			"number as tensor": func() { size.Call(x, 0) },
			"number as list":   func() { size.List(x, 0) },
			"number in scope":  func() { torch.Scoped(func(s *torch.Scope) { size.CallIn(s, x, 0) }) },
			"list in scope":    func() { torch.Scoped(func(s *torch.Scope) { size.ListIn(s, x, 0) }) },
			"tensor as number": func() { neg.Value(x) },
			"tensor as list":   func() { neg.List(x) },
			"list as number":   func() { split.Value(x, 1) },
			"nothing":          func() { zero.Call(one) },
		} {
			var e *torch.Error
			require.ErrorAs(t, torch.Try(func() error { use(); return nil }), &e, name)
			require.Equal(t, torch.TypeError, e.Kind, name)
			require.Contains(t, e.Message, "expected it to return", name)
		}
	})
}

func TestUnaryDropsFurtherResults(t *testing.T) {
	x := torch.FromSlice([]float32{3, 1, 2})
	minAndMax := torch.NewOperator("aten::aminmax")
	requireBalance(t, func() {
		smallest := minAndMax.Unary(x)
		require.Equal(t, 1.0, smallest.Item())
		smallest.Free()
	})
}

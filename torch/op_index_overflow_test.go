package torch_test

import (
	"fmt"
	"strings"
	"testing"

	"multitorch/torch"
	"multitorch/twin"
)

const overflowTwin = `
lines = []
for dtype in text("dtypes").split("\n"):
    for index in text("indices").split("\n"):
        for v in text("values").split("\n"):
            x = torch.zeros(3, dtype=getattr(torch, dtype))
            try:
                exec("x[%s] = %s" % (index, v))
                lines.append(line(x, None))
            except (RuntimeError, TypeError, ValueError, OverflowError):
                lines.append("error")
send(lines)
`

// What a dtype has no room for is refused, infinite or wrapped around, as the running
// PyTorch decides by the kind of index.
func TestIndexPutOfTooLargeNumbersParity(t *testing.T) {
	indices := []struct {
		python string
		index  []any
	}{
		{"...", []any{torch.Ellipsis}},
		{"True", []any{true}},
		{":", []any{torch.Colon}},
		{"None", []any{torch.NewAxis}},
		{"0:2", []any{torch.R(0, 2)}},
		{"0", []any{0}},
		{"None, 0", []any{torch.NewAxis, 0}},
		{"torch.tensor([0, 1])", []any{torch.New([]int{0, 1})}},
		{"torch.tensor([True, False, True])", []any{torch.New([]bool{true, false, true})}},
		{"torch.tensor(1)", []any{torch.New(1)}},
		{"None, torch.tensor([0])", []any{torch.NewAxis, torch.New([]int{0})}},
	}
	values := []struct {
		python string
		value  any
	}{
		{"100000", 100000},
		{"1e6", 1e6},
		{"300", 300},
		{"1e39", 1e39},
		{"-1", -1},
		{"1.5", 1.5},
		{"True", true},
		{"1+2j", 1 + 2i},
		{"2+0j", complex(2, 0)},
		{"2**40", 1 << 40},
	}
	dtypes := []torch.DType{
		torch.Float16, torch.BFloat16, torch.Float32, torch.Float64, torch.Uint8, torch.Int8, torch.Int16, torch.Int32,
		torch.Int64, torch.Bool, torch.Complex64,
	}
	var about, got, names, brackets, numbers []string
	for _, i := range indices {
		brackets = append(brackets, i.python)
	}
	for _, v := range values {
		numbers = append(numbers, v.python)
	}
	for _, d := range dtypes {
		names = append(names, d.String())
		for _, i := range indices {
			for _, v := range values {
				x := torch.Zeros(torch.Shape{3}, d)
				about = append(about, fmt.Sprintf("%s: x[%s] = %s", d, i.python, v.python))
				if err := torch.Try(func() error { x.IndexPut(v.value, i.index...); return nil }); err != nil {
					got = append(got, "error")
				} else {
					got = append(got, line(x, nil))
				}
			}
		}
	}
	want := twin.Run(t, sweepTwin+overflowTwin, map[string]T{
		"dtypes": textTensor(strings.Join(names, "\n")), "indices": textTensor(strings.Join(brackets, "\n")),
		"values": textTensor(strings.Join(numbers, "\n")),
	})
	requireLines(t, want["lines"], about, got)
}

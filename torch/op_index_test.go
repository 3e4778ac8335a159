package torch_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
	"multitorch/twin"
)

// r, na and el are short for what the table below is full of.
var (
	r     = torch.R
	na    = torch.NewAxis
	el    = torch.Ellipsis
	colon = torch.Colon
)

// The tensors that the table indexes and indexes with.
func indexInputs() map[string]*torch.Tensor {
	float := func(n int, shape ...int) *torch.Tensor {
		return torch.Arange(0, n, 1, torch.Float32).Mul(0.5).Reshape(shape...)
	}
	x := float(120, 5, 4, 3, 2)
	return map[string]*torch.Tensor{
		"x": x, "v": float(7, 7), "s": torch.New(float32(3)), "e": torch.Zeros(torch.Shape{0, 3}),
		"p":  float(24, 4, 3, 2).Permute(2, 0, 1), // sent row-major; Python turns it again
		"m5": torch.New([]bool{true, false, true, true, false}), "m54": x.Select(3, 0).Select(2, 1).Remainder(2).Ne(0),
		"mx": x.Gt(20), "b3": torch.New([]uint8{1, 0, 1}), "t": torch.New(true), "f": torch.New(false),
		"i": torch.New([]int{3, 0, -1}), "j": torch.New([]int{1, 1, 2}), "ij": torch.New([][]int{{0, 2}, {1, -2}}),
		"one": torch.New(1), "b0": torch.New(uint8(1)), "i32": torch.New(int32(2)),
	}
}

type indexing struct {
	of, python string
	index      []any
}

func indexings(in map[string]*torch.Tensor) []indexing {
	at := func(of, python string, index ...any) indexing { return indexing{of, python, index} }
	return []indexing{
		at("x", "0", 0), at("x", "-1", -1), at("x", "2, 1", 2, 1), at("x", "4, -4, 2, 1", 4, -4, 2, 1),
		at("x", ":", colon), at("x", "...", el), at("x", "None", na), at("x", "None", nil), at("x", "1:3", r(1, 3)),
		at("x", "1:", r(1, nil)), at("x", ":-1", r(nil, -1)), at("x", "::2", r(nil, nil, 2)), at("x", "-3:10:2", r(-3, 10, 2)),
		at("x", "3:1", r(3, 1)), at("x", "-100:100", r(-100, 100)), at("x", "one:i32", r(in["one"], in["i32"])),
		at("x", ":, 1", colon, 1), at("x", ":, :, 2", colon, colon, 2), at("x", "..., 0", el, 0), at("x", "0, ..., 1", 0, el, 1),
		at("x", "1:4, ..., ::2", r(1, 4), el, r(nil, nil, 2)), at("x", "..., 1:, :", el, r(1, nil), colon),
		at("x", ":, None", colon, na), at("x", "None, 0, None, 1", na, 0, na, 1), at("x", "..., None", el, na),
		at("x", "0, 1, ..., 1, 1", 0, 1, el, 1, 1), at("x", "None, ..., None", na, el, na), at("x", ":, :, :, :", colon, colon, colon, colon),
		at("x", "True", true), at("x", "False", false), at("x", "0, True", 0, true), at("x", ":, True, 1", colon, true, 1),
		at("x", "None, False", na, false), at("x", "True, True", true, true), at("x", "t", in["t"]), at("x", "f", in["f"]),
		at("x", ":, t", colon, in["t"]), at("x", "b0", in["b0"]),
		at("x", "one", in["one"]), at("x", ":, one", colon, in["one"]), at("x", "i32, one", in["i32"], in["one"]),
		at("x", "int(2)", int64(2)), at("x", "1, int(2)", uint8(1), int32(2)),
		at("x", "i", in["i"]), at("x", "[3, 0, -1]", []int{3, 0, -1}), at("x", "ij", in["ij"]), at("x", ":, i", colon, in["i"]),
		at("x", "..., i[:1] * 0", el, []int{0}), at("x", "i, j", in["i"], in["j"]), at("x", ":, i, j", colon, in["i"], in["j"]),
		at("x", "i, :, j", in["i"], colon, in["j"]), at("x", ":, i, :, j * 0", colon, in["i"], colon, []int{0, 0, 0}),
		at("x", "i, 1", in["i"], 1), at("x", "1, i", 1, in["i"]), at("x", "1, :, j", 1, colon, in["j"]),
		at("x", "0, i, :, 1", 0, in["i"], colon, 1),
		at("x", "ij, None, :, 1", in["ij"], na, colon, 1), at("x", "i, 0, j", in["i"], 0, in["j"]), at("x", "1:4, j", r(1, 4), in["j"]),
		at("x", "::2, ..., [1, 0, 1]", r(nil, nil, 2), el, []int{1, 0, 1}), at("x", "..., j, :", el, in["j"], colon),
		at("x", "i, j[:, None]", in["i"], in["j"].Unsqueeze(1)), at("x", "None, i, ..., None, 0", na, in["i"], el, na, 0),
		at("x", "torch.tensor([[3], [0]]), [[1, 2]]", [][]int{{3}, {0}}, [][]int{{1, 2}}),
		at("x", "m5", in["m5"]), at("x", "m54", in["m54"]), at("x", "mx", in["mx"]), at("x", "m5, 1", in["m5"], 1),
		at("x", ":, :, b3.bool()", colon, colon, in["b3"].Ne(0)),
		at("x", "m5, j", in["m5"], in["j"]), at("x", "m54, ..., 1", in["m54"], el, 1), at("x", "m54, :, 1", in["m54"], colon, 1),
		at("x", "m5, ..., None", in["m5"], el, na),
		at("x", "[True, False, True, True, False]", []bool{true, false, true, true, false}),
		at("x", "m5, :, [2, 0, 1]", in["m5"], colon, []int{2, 0, 1}),
		at("x", "0, m54[0]", 0, in["m54"].Select(0, 0)), at("x", "~mx", in["mx"].Not()), at("x", "m5, True", in["m5"], true),
		at("x", "mx & False", in["mx"].And(in["f"])), at("x", "1:1, i", r(1, 1), in["i"]), at("x", "torch.zeros(0, dtype=torch.int64)", []int{}),
		at("v", "3", 3), at("v", "-7", -7), at("v", "::3", r(nil, nil, 3)), at("v", "1:5", r(int64(1), int32(5))), at("v", "ij", in["ij"]),
		at("v", "v > 1", in["v"].Gt(1)), at("v", "None, 2:, None", na, r(2, nil), na),
		at("s", "...", el), at("s", "None", na), at("s", "()"), at("s", "True", true), at("s", "t", in["t"]), at("s", "f, None", in["f"], na),
		at("e", ":, 1", colon, 1), at("e", "None", na), at("e", ":, [0, 2]", colon, []int{0, 2}), at("e", "e > 0", in["e"].Gt(0)),
		at("p", "1", 1), at("p", ":, 1:3", colon, r(1, 3)), at("p", "..., j", el, in["j"]), at("p", ":, i", colon, in["i"]),
		at("p", "p > 3", in["p"].Gt(3)),
		at("p", "None, ..., ::2", na, el, r(nil, nil, 2)), at("p", "[1, 0], :, [2, 0]", []int{1, 0}, colon, []int{2, 0}),
	}
}

const indexTwin = `
globals().update(inputs)
p = p.contiguous().permute(1, 2, 0).contiguous().permute(2, 0, 1)
def seed(shape):
    n = torch.Size(shape).numel()
    return (torch.arange(n, dtype=torch.float32) * 0.25 + 1).reshape(shape)
def text(s):
    return torch.tensor(list(s.encode()), dtype=torch.uint8)
for n, line in enumerate(args):
    of, index = line.split("|")
    base = globals()[of]
    # What is got: values, strides, and the gradient of what was indexed.
    leaf = base.clone().requires_grad_()
    try:
        y = eval("leaf[%s]" % index)
    except Exception as wrong:
        out["error%d" % n] = text(str(wrong))
        continue
    y.backward(seed(y.shape))
    view = eval("base[%s]" % index)
    out.update({"get%d" % n: y, "layout%d" % n: torch.tensor([*view.stride(), view.storage_offset()]),
                "same%d" % n: view.storage().data_ptr() == base.storage().data_ptr(), "grad%d" % n: leaf.grad})
    # What is set: to a number, to a tensor of the place's shape, to one that broadcasts.
    for kind in "number", "full", "scalar", "ones":
        leaf, target = base.clone().requires_grad_(), base.clone()
        value = {"number": 7, "full": seed(y.shape), "scalar": torch.tensor(2.5), "ones": torch.full((1, 1, 1) + (1,) * y.dim(), 1.5)}[kind]
        if kind != "number":
            value.requires_grad_()
        copy = leaf * 1
        exec("copy[%s] = value" % index)
        copy.backward(seed(copy.shape))
        out.update({"%s%d" % (kind, n): copy, "%s_grad%d" % (kind, n): leaf.grad})
        if kind != "number" and value.grad is not None:
            out["%s_value%d" % (kind, n)] = value.grad
`

// seedLike is seed of the script.
func seedLike(shape torch.Shape) *torch.Tensor {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return torch.Arange(0, n, 1, torch.Float32).Mul(0.25).Add(1).Reshape(shape...)
}

func leafOf(x *torch.Tensor) *torch.Tensor { return x.Detach().Clone().SetRequiresGrad(true) }

func TestBracketsAsInPython(t *testing.T) {
	in := indexInputs()
	table := indexings(in)
	lines := make([]string, len(table))
	for i, c := range table {
		lines[i] = c.of + "|" + c.python
	}
	want := twin.Run(t, indexTwin, in, lines...)
	for i, c := range table {
		about := fmt.Sprintf("%s[%s]", c.of, c.python)
		key := func(name string) *torch.Tensor { return want[fmt.Sprint(name, i)] }
		x := in[c.of]
		require.Nil(t, key("error"), about)
		leaf := leafOf(x)
		y := leaf.Index(c.index...)
		y.Backward(torch.Gradient(seedLike(y.Shape())))
		twin.RequireEqual(t, key("get"), y, about)
		twin.RequireEqual(t, key("grad"), leaf.Grad(), about, " gradient")
		view := x.Index(c.index...)
		layout := torch.New(append(view.Strides(), view.StorageOffset()))
		twin.RequireEqual(t, key("layout"), layout, about, " strides and offset")
		if x.Numel() > 0 {
			require.Equal(t, key("same").Item() == 1, view.SharesMemory(x), "%s: shared memory", about)
		}

		ones := make(torch.Shape, y.Dim()+3)
		for d := range ones {
			ones[d] = 1
		}
		for kind, value := range map[string]any{
			"number": 7, "full": seedLike(y.Shape()), "scalar": torch.New(float32(2.5)), "ones": torch.Full(ones, 1.5),
		} {
			leaf := leafOf(x)
			v, _ := value.(*torch.Tensor)
			if v != nil {
				v.SetRequiresGrad(true)
			}
			set := leaf.Mul(1)
			require.Same(t, set, set.IndexPut(value, c.index...), about)
			set.Backward(torch.Gradient(seedLike(x.Shape())))
			twin.RequireEqual(t, key(kind), set, about, " = ", kind)
			twin.RequireEqual(t, key(kind+"_grad"), leaf.Grad(), about, " = ", kind, " gradient")
			if c.python == "False" {
				require.True(t, v == nil || v.Grad() == nil, about)
			} else if v != nil {
				twin.RequireEqual(t, key(kind+"_value"), v.Grad(), about, " = ", kind, " gradient of the value")
			}
		}
	}
}

func TestWrongBracketsAsInPython(t *testing.T) {
	in := indexInputs()
	at := func(of, python string, index ...any) indexing { return indexing{of, python, index} }
	table := []indexing{
		at("x", "5", 5), at("x", "-6", -6), at("x", "0, 4", 0, 4), at("x", "..., -3", el, -3), at("x", "0, 0, 0, 0, 0", 0, 0, 0, 0, 0),
		at("x", "::0", r(nil, nil, 0)), at("x", "::-1", r(nil, nil, -1)), at("x", "[7]", []int{7}), at("x", "m5[:3]", in["m5"].Slice(0, 0, 3, 1)),
		at("x", "i, [1, 2]", in["i"], []int{1, 2}), at("x", "mx, 0", in["mx"], 0), at("x", "v", in["v"]), at("x", "'a'", "a"),
		at("x", "1.5", 1.5),
		at("s", "0", 0), at("e", "0", 0), at("x", "'a':", r("a", nil)),
	}
	lines := make([]string, len(table))
	for i, c := range table {
		lines[i] = c.of + "|" + c.python
	}
	want := twin.Run(t, indexTwin, in, lines...)
	sameWords := 0
	for i, c := range table {
		python := want[fmt.Sprint("error", i)]
		require.NotNil(t, python, c.python)
		before := torch.LiveTensors()
		err := torch.Try(func() error { in[c.of].Index(c.index...); return nil })
		require.Error(t, err, c.python)
		require.LessOrEqual(t, torch.LiveTensors(), before, "%s left tensors behind", c.python)
		require.Error(t, torch.Try(func() error { in[c.of].Clone().IndexPut(1, c.index...); return nil }), c.python)
		if strings.Contains(err.Error(), string(torch.ToSlice[uint8](python))) {
			sameWords++
		}
	}
	require.Greater(t, sameWords, len(table)/2, "most messages are PyTorch's own")
}

// Indexing leaves nothing behind but its result.
func TestBracketsFreeWhatTheyMake(t *testing.T) {
	scope := torch.OpenScope()
	defer scope.Close()
	x := scope.Own(torch.Zeros(torch.Shape{5, 4, 3, 2}))
	before := leak.CollectorOff(t)
	x.Index(1, torch.R(0, 3), nil, []int{1, 0}, true).Free()
	x.IndexPut(3, 1, torch.R(0, 3), nil, []int{1, 0}, true)
	require.Equal(t, before, torch.LiveTensors())
}

func TestWholeSlicesAreRecordedAsInNewerPython(t *testing.T) {
	x := torch.Ones(torch.Shape{2, 3}, torch.RequiresGrad(true))
	require.Equal(t, "SliceBackward0", x.Index(torch.Colon).GradFn())
	require.Equal(t, "AliasBackward0", x.Index(torch.Colon, torch.Colon).GradFn())
	require.Equal(t, "AliasBackward0", x.Index(torch.Ellipsis).GradFn())
}

// What is set may lie in the memory that is set: x[None] = x changes nothing, and what
// can't be done is an error as in Python.
func TestBracketsSetToTheirOwnMemoryAsInPython(t *testing.T) {
	places := map[string][]any{
		"None": {na}, "...": {el}, "None, :, None": {na, colon, na}, "0": {0}, "True": {true}, "[0, 1]": {[]int{0, 1}}, ":, None": {colon, na},
		"()": {}, ":": {colon}, "1:": {r(1, nil)}, ":, [1, 0]": {colon, []int{1, 0}}, "0, 1": {0, 1},
	}
	values := map[string]func(x T) T{
		"x": func(x T) T { return x }, "x[0]": func(x T) T { return x.Index(0) }, "x[:1]": func(x T) T { return x.Index(r(nil, 1)) },
		"x[1:]": func(x T) T { return x.Index(r(1, nil)) }, "x.T": T.T, "x.flip(0)": func(x T) T { return x.Flip(0) },
		"x[None]": func(x T) T { return x.Index(na) }, "x[None, ..., None]": func(x T) T { return x.Index(na, el, na) }, "x[0, 1]": func(x T) T { return x.Index(0, 1) },
	}
	var lines, got []string
	for place, index := range places {
		for value, of := range values {
			lines = append(lines, place+"|"+value)
			x := torch.New([][]float32{{1, 2}, {3, 4}})
			if torch.Try(func() error { x.IndexPut(of(x), index...); return nil }) != nil {
				got = append(got, "error")
			} else {
				got = append(got, fmt.Sprint(torch.ToSlice[float32](x)))
			}
		}
	}
	want := twin.Run(t, sweepTwin+`
lines = []
for place in args:
    place, value = place.split("|")
    x = torch.tensor([[1., 2.], [3., 4.]])
    try:
        exec("x[%s] = %s" % (place, value))
        lines.append("[%d %d %d %d]" % tuple(x.flatten().tolist()))
    except Exception:
        lines.append("error")
send(lines)
`, nil, lines...)
	requireLines(t, want["lines"], lines, got)
}

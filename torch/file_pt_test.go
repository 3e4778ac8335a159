package torch_test

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/torch"
	"multitorch/twin"
)

var ptDTypes = []torch.DType{
	torch.Uint8, torch.Int8, torch.Int16, torch.Int32, torch.Int64, torch.Float16, torch.Float32, torch.Float64,
	torch.Complex64, torch.Complex128, torch.Bool, torch.BFloat16,
}

// The files hold the same, written by two versions of PyTorch in two formats.
func TestPTGoldenFiles(t *testing.T) {
	for _, name := range []string{"zip.pt", "legacy.pt", "new.pt"} {
		t.Run(name, func(t *testing.T) {
			v, err := torch.Load(filepath.Join("testdata", name))
			require.NoError(t, err)
			d := v.(*torch.Dict)
			for _, dtype := range ptDTypes {
				x := d.Get("torch." + dtype.String()).(*torch.Tensor)
				requireSame(t, torch.New([][]float32{{0, 1, 2}, {3, 4, 5}}).To(dtype), x)
			}

			views, err := d.Dict("views")
			require.NoError(t, err)
			whole := views.Get("whole").(*torch.Tensor)
			requireSame(t, torch.Arange(0, 24, 1, torch.Float32).Reshape(4, 6), whole)
			for key, c := range map[string]struct{ shape, strides []int }{
				"turned": {torch.Shape{6, 4}, []int{1, 6}}, "part": {torch.Shape{2, 3}, []int{6, 2}},
				"row": {torch.Shape{6}, []int{1}}, "spread": {torch.Shape{2, 3}, []int{0, 0}},
			} {
				view := views.Get(key).(*torch.Tensor)
				require.True(t, whole.SharesMemory(view), key)
				require.Equal(t, c.shape, view.Shape(), key)
				require.Equal(t, c.strides, view.Strides(), key)
			}
			whole.FillInplace(9)
			require.Equal(t, []float32{9, 9, 9, 9, 9, 9}, torch.ToSlice[float32](views.Get("part").(*torch.Tensor)))

			for key, grad := range map[string]bool{"leaf": true, "parameter": true, "frozen": false, "scalar": false} {
				x := d.Get(key).(*torch.Tensor)
				require.Equal(t, grad, x.RequiresGrad(), key)
				require.True(t, x.IsLeaf(), key)
			}
			require.Equal(t, torch.Shape{0, 3}, d.Get("empty").(*torch.Tensor).Shape())
			require.Equal(t, torch.Shape{}, d.Get("scalar").(*torch.Tensor).Shape())

			state, err := d.Get("model").(*torch.Dict).Tensors()
			require.NoError(t, err)
			require.Equal(t, []string{"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"},
				namesOf(state))
			optimizer, err := d.Dict("optimizer")
			require.NoError(t, err)
			moments, err := optimizer.Get("state").(*torch.Dict).Dict(3)
			require.NoError(t, err)
			require.Equal(t, torch.Shape{2}, moments.Get("exp_avg").(*torch.Tensor).Shape())
			group := optimizer.Get("param_groups").([]any)[0].(*torch.Dict)
			require.Equal(t, 0.25, group.Get("lr"))
			require.Equal(t, torch.Tuple{0.5, 0.75}, group.Get("betas"))
			require.Equal(t, []any{int64(0), int64(1), int64(2), int64(3)}, group.Get("params"))

			plain := d.Get("plain").(*torch.Dict)
			require.Equal(t, []any{
				"none", "yes", "no", "int", "long", "big", "negative", "float", "text", "data", "list", "tuple", "imaginary",
				"size", "dtype", "device",
			}, plain.Keys())
			huge := new(big.Int).Lsh(big.NewInt(1), 70)
			for key, want := range map[string]any{
				"none": nil, "yes": true, "no": false, "int": int64(-5), "long": int64(1 << 40), "big": huge,
				"negative": new(big.Int).Neg(huge), "float": 0.1, "text": "héllo", "data": []byte{0, 255},
				"list": []any{int64(1), []any{2.5, "x"}}, "tuple": torch.Tuple{int64(1), "a"}, "imaginary": 1 - 2i,
				"size": torch.Shape{4, 6}, "dtype": torch.BFloat16, "device": torch.NewDevice("cuda:1"),
			} {
				got, found := plain.Lookup(key)
				require.True(t, found, key)
				require.Equal(t, want, got, key)
			}
		})
	}
}

func TestLoadFreesWhatOnlyItNeeds(t *testing.T) {
	for _, name := range []string{"zip.pt", "legacy.pt", "new.pt"} {
		before := torch.LiveTensors()
		tensors, err := torch.LoadTensors(filepath.Join("testdata", name))
		require.NoError(t, err)
		for _, x := range tensors {
			x.Tensor.Free()
		}
		require.LessOrEqual(t, torch.LiveTensors(), before+2, "two parameters were made of tensors, which the collector frees")
	}
}

// tensorsIn saves a value and loads its tensors.
func tensorsIn(t *testing.T, v any) []torch.NamedTensor {
	path := filepath.Join(t.TempDir(), "x.pt")
	require.NoError(t, torch.Save(path, v))
	tensors, err := torch.LoadTensors(path)
	require.NoError(t, err)
	return tensors
}

// Saved and loaded once more, all is as it was; and the files are equal.
func TestPTRoundTripOfGoldenFiles(t *testing.T) {
	for _, name := range []string{"zip.pt", "legacy.pt", "new.pt"} {
		v, err := torch.Load(filepath.Join("testdata", name))
		require.NoError(t, err)
		var first, second bytes.Buffer
		require.NoError(t, torch.WritePT(&first, v))
		again, err := torch.ReadPT(bytes.NewReader(first.Bytes()), int64(first.Len()))
		require.NoError(t, err)
		requireEqualValues(t, v, again)
		require.NoError(t, torch.WritePT(&second, again))
		require.Equal(t, first.Bytes(), second.Bytes())
	}
}

// requireEqualValues compares values with the tensors in them.
func requireEqualValues(t require.TestingT, want, got any) {
	switch w := want.(type) {
	case *torch.Tensor:
		g, ok := got.(*torch.Tensor)
		require.True(t, ok)
		requireSame(t, w, g)
		require.Equal(t, w.Strides(), g.Strides())
		require.Equal(t, w.RequiresGrad(), g.RequiresGrad())
	case *torch.Dict:
		g, ok := got.(*torch.Dict)
		require.True(t, ok)
		require.Equal(t, w.Keys(), g.Keys())
		for key, value := range w.All() {
			requireEqualValues(t, value, g.Get(key))
		}
	case []any:
		g, ok := got.([]any)
		require.True(t, ok)
		require.Len(t, g, len(w))
		for i := range w {
			requireEqualValues(t, w[i], g[i])
		}
	case torch.Tuple:
		g, ok := got.(torch.Tuple)
		require.True(t, ok)
		requireEqualValues(t, []any(w), []any(g))
	case torch.Shape: // which is []int: in Python a list
		if g, ok := got.([]any); ok {
			require.Equal(t, fmt.Sprint(w), fmt.Sprint(g))
			return
		}
		require.Equal(t, want, got)
	default:
		require.Equal(t, want, got)
	}
}

// Python writes both formats and Go reads; Go writes and Python reads.
func TestPTWithPython(t *testing.T) {
	dir := t.TempDir()
	inputs := map[string]*torch.Tensor{"nan": torch.New([]float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Copysign(0, -1))})}
	var state []torch.NamedTensor
	for _, dtype := range ptDTypes {
		x := torch.New([][]float32{{0, 1, 2}, {3, 4, 5}}).To(dtype)
		if dtype != torch.Complex128 {
			inputs[dtype.String()] = x
		}
		state = append(state, torch.NamedTensor{Name: dtype.String(), Tensor: x})
	}
	whole := torch.Randn(torch.Shape{5, 7})
	leaf := torch.Ones(torch.Shape{2}, torch.RequiresGrad(true))
	z := torch.New([]complex64{1 + 2i, 3 - 4i})
	// A restricted reader that was there first: it knows no floats.
	require.NoError(t, torch.Save(filepath.Join(dir, "state.pt"), append(state, torch.NamedTensor{Name: "leaf", Tensor: leaf})))
	require.NoError(t, torch.Save(filepath.Join(dir, "go.pt"), map[string]any{
		"whole": whole, "turned": whole.T(),
		"part": whole.Slice(0, 1, 4, 2).Slice(1, 2, 7, 3), "leaf": leaf, "conj": torch.NewOperator("aten::conj", "self").Call(z),
		"empty": torch.Zeros(torch.Shape{0, 3}), "scalar": torch.New(7), "spread": torch.New([]float32{1}).Expand(3, 2),
		"plain": []any{
			nil, true, -5, 1 << 40, uint8(3), float32(0.5), "héllo",
			torch.Tuple{1, "a"},
			map[int]string{2: "b", -1: "a"},
			[]float64{},
			torch.BFloat16, uint64(math.MaxUint64),
			[2]bool{true, false},
		},
	}))
	got := twin.Run(t, `
		dir, = args
		go = torch.load(dir + "/go.pt")
		state = torch.load(dir + "/state.pt", weights_only=True)
		assert type(state).__name__ == "OrderedDict"
		for name, x in state.items():
			if name != "leaf":
				assert str(x.dtype) == "torch." + name and not x.is_shared(), x.dtype
				assert x.tolist() == torch.tensor([[0, 1, 2], [3, 4, 5]]).to(x.dtype).tolist()
			assert not x.requires_grad
		assert go["leaf"].requires_grad and go["leaf"].is_leaf
		w = go["whole"]
		assert go["turned"].stride() == (1, 7) and go["part"].stride() == (14, 3) and go["part"].storage_offset() == 9
		assert go["turned"].storage().data_ptr() == w.storage().data_ptr() == go["part"].storage().data_ptr()
		assert go["spread"].stride() == (0, 0) and go["spread"].storage().size() == 1
		assert go["empty"].shape == (0, 3) and go["scalar"].item() == 7
		assert go["conj"].tolist() == [1 - 2j, 3 + 4j]
		assert go["plain"] == [None, True, -5, 2**40, 3, 0.5, "h\u00e9llo", (1, "a"), {-1: "a", 2: "b"}, [], torch.bfloat16, 2**64 - 1, [True, False]], go["plain"]
		save(whole=w, turned=go["turned"], part=go["part"])
		inputs["complex128"] = torch.tensor([[0, 1, 2], [3, 4, 5]], dtype=torch.complex128)
		w = w.clone()
		for name, zip in ("zip", True), ("legacy", False):
			torch.save(dict(inputs=inputs, turned=w.t(), part=w[1:4:2, 2::3], whole=w, list=[w, (w, 1)]),
				dir + "/" + name + ".pt", _use_new_zipfile_serialization=zip)
	`, inputs, dir)
	twin.RequireEqual(t, whole, got["whole"])
	twin.RequireEqual(t, whole.T(), got["turned"])
	twin.RequireEqual(t, whole.Slice(0, 1, 4, 2).Slice(1, 2, 7, 3), got["part"])
	inputs["complex128"] = state[9].Tensor
	for _, name := range []string{"zip", "legacy"} {
		v, err := torch.Load(filepath.Join(dir, name+".pt"))
		require.NoError(t, err, name)
		d := v.(*torch.Dict)
		loaded, err := d.Get("inputs").(*torch.Dict).Tensors()
		require.NoError(t, err)
		require.Len(t, loaded, len(inputs))
		for _, x := range loaded {
			twin.RequireEqual(t, inputs[x.Name], x.Tensor, x.Name)
		}
		w, part, turned := d.Get("whole").(*torch.Tensor), d.Get("part").(*torch.Tensor), d.Get("turned").(*torch.Tensor)
		twin.RequireEqual(t, whole, w)
		twin.RequireEqual(t, whole.T(), turned)
		twin.RequireEqual(t, got["part"], part)
		require.Equal(t, []int{14, 3}, part.Strides())
		require.True(t, part.SharesMemory(w) && turned.SharesMemory(w))
		require.Same(t, w, d.Get("list").([]any)[0])
		require.Same(t, w, d.Get("list").([]any)[1].(torch.Tuple)[0])
	}
}

func TestPTRoundTripOfAnyTensors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &torch.Dict{}
		for _, name := range rapid.SliceOfDistinct(rapid.String(), func(s string) string { return s }).Draw(t, "names") {
			dtype := rapid.SampledFrom(ptDTypes).Draw(t, "dtype")
			shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
			size := dtype.Size()
			for _, n := range shape {
				size *= n
			}
			element := rapid.Byte()
			if dtype == torch.Bool {
				element = rapid.ByteRange(0, 1)
			}
			x := torch.FromBytes(rapid.SliceOfN(element, size, size).Draw(t, "data"), shape, dtype)
			if rapid.Bool().Draw(t, "turned") && len(shape) > 1 {
				x = x.Transpose(0, -1)
			}
			if rapid.Bool().Draw(t, "cut") && len(shape) > 0 && shape[0] > 1 && x.Size(0) > 1 {
				x = x.Slice(0, 1, x.Size(0), 2)
			}
			d.Set(name, x)
		}
		d.Set(rapid.Int().Draw(t, "key"), []any{rapid.Float64().Draw(t, "float"), rapid.Int64().Draw(t, "int"), d.Get("")})
		var first bytes.Buffer
		require.NoError(t, torch.WritePT(&first, d))
		again, err := torch.ReadPT(bytes.NewReader(first.Bytes()), int64(first.Len()))
		require.NoError(t, err)
		requireEqualValues(t, d, again)
	})
}

func TestLoadTensors(t *testing.T) {
	x, y := torch.New([]float32{1}), torch.New([]float32{2})
	optimizer := &torch.Dict{}
	optimizer.Set(0, map[string]any{"exp_avg": y, "step": 3})
	require.Equal(t, []string{"epoch.1.0", "model.w", "optimizer.0.exp_avg"}, namesOf(tensorsIn(t, map[string]any{
		"model": []torch.NamedTensor{{Name: "w", Tensor: x}}, "optimizer": optimizer, "epoch": []any{1, torch.Tuple{y}},
	})))
	path := filepath.Join(t.TempDir(), "x.pt")
	for message, v := range map[string]any{
		"expected a dict of tensors, found a *torch.Tensor": x,
		`two tensors have the name "a.b"`:                   map[string]any{"a.b": x, "a": map[string]any{"b": y}},
	} {
		require.NoError(t, torch.Save(path, v))
		_, err := torch.LoadTensors(path)
		require.ErrorContains(t, err, message)
		require.ErrorContains(t, err, path)
	}
	_, err := torch.LoadTensors(filepath.Join(t.TempDir(), "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = torch.Load(t.TempDir())
	require.ErrorContains(t, err, "no regular file")
}

func TestDict(t *testing.T) {
	var d torch.Dict
	d.Set("b", 1)
	d.Set(7, "seven")
	d.Set("b", 2)
	require.Equal(t, 2, d.Len())
	require.Equal(t, []any{"b", int64(7)}, d.Keys())
	require.Equal(t, 2, d.Get("b"))
	require.Equal(t, "seven", d.Get(int64(7)))
	require.Nil(t, d.Get("c"))
	for key := range d.All() {
		require.Equal(t, "b", key)
		break
	}
	_, err := d.Dict("c")
	require.ErrorContains(t, err, `there is no key "c"; the keys are "b", 7`)
	_, err = d.Dict("b")
	require.ErrorContains(t, err, "expected a dict")
	_, err = d.Tensors()
	require.ErrorContains(t, err, "expected a state dict")
	require.ErrorContains(t, torch.Try(func() error { d.Set([]int{1}, 2); return nil }), "Dict.Set")
}

func TestSaveRefuses(t *testing.T) {
	x, freed := torch.Ones(torch.Shape{2}), torch.Ones(torch.Shape{2})
	freed.Free()
	loop := []any{nil}
	loop[0] = loop
	path := filepath.Join(t.TempDir(), "model.pt")
	require.NoError(t, os.WriteFile(path, []byte("before"), 0o644))
	for message, v := range map[string]any{
		"freed by Free":                   []any{freed},
		"expected a tensor, but got nil":  []torch.NamedTensor{{Name: "x"}},
		`the state has the key "x" twice`: []torch.NamedTensor{{Name: "x", Tensor: x}, {Name: "x", Tensor: x}},
		"nested more than":                loop,
		"it is nested":                    []any{torch.NewOperator("aten::_nested_tensor_from_tensor_list", "list").Call([]*torch.Tensor{x, x})},
		`["k"]: expected`:                 map[string]any{"k": make(chan int)},
		"got a chan int":                  map[string]any{"k": make(chan int)},
		"not valid UTF-8":                 []any{"\xff"},
		"got a func()":                    []any{func() {}},
		"as the keys of a map":            map[float64]int{1: 2},
		"expected a dict, got nil":        []any{(*torch.Dict)(nil)},
		"one as float32 and one as int32": []any{x, torch.NewOperator("aten::view.dtype", "self", "dtype").Call(x, torch.Int32)},
		"less than 254 bytes":             []any{new(big.Int).Lsh(big.NewInt(1), 3000)},
	} {
		err := torch.Save(path, v)
		require.ErrorContains(t, err, message)
		require.ErrorContains(t, err, path)
	}
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "before", string(content))
	var whole bytes.Buffer
	require.NoError(t, torch.WritePT(&whole, x))
	for room := range whole.Len() {
		require.ErrorIs(t, torch.WritePT(&full{room}, x), errFull)
	}
	require.NoError(t, torch.WritePT(&full{whole.Len()}, x))
}

// One value in Go is one object in Python, and 2^100 paths to it are a short file.
func TestSaveSharedValues(t *testing.T) {
	x := torch.New([]float32{1})
	deep := []any{x}
	for range 100 {
		deep = []any{deep, deep}
	}
	d := &torch.Dict{}
	d.Set("x", x)
	m := map[string]int{"one": 1}
	path := filepath.Join(t.TempDir(), "shared.pt")
	require.NoError(t, torch.Save(path, []any{deep, d, d, m, m, x, []int{}, []string{}}))
	got := twin.Run(t, `
		deep, d, e, m, n, x, *empty = torch.load(args[0])
		for _ in range(100):
			assert deep[0] is deep[1]
			deep = deep[0]
		assert deep[0] is x and d is e and d["x"] is x and m is n and m == {"one": 1} and empty == [[], []]
		save(x=x)
	`, nil, path)
	twin.RequireEqual(t, x, got["x"])
	v, err := torch.Load(path)
	require.NoError(t, err)
	items := v.([]any)
	require.Same(t, items[1], items[2])
	require.Same(t, items[5], items[1].(*torch.Dict).Get("x"))
}

func TestSaveAlignsElements(t *testing.T) {
	var b bytes.Buffer
	x, y := torch.New([]float32{1.5, -2.25}), torch.FromSlice([]float64{1e300})
	require.NoError(t, torch.WritePT(&b, []any{x, y}))
	for _, tensor := range []*torch.Tensor{x, y} {
		require.Zero(t, bytes.Index(b.Bytes(), tensor.Bytes())%64)
	}
}

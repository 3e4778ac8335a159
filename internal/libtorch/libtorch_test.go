package libtorch

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"multitorch/internal/version"
)

// libtorch's numbers of some dtypes.
const (
	int64Type   = 4
	float32Type = 6
	float64Type = 7
	complexType = 9
)

// floats is a tensor that is freed with the test.
func floats(t testing.TB, shape []int, values ...float32) Tensor {
	t.Helper()
	x, err := FromBytes(memory(values), shape, float32Type)
	require.NoError(t, err)
	t.Cleanup(x.Free)
	return x
}

func memory[T any](values []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(*new(T))))
}

// read copies the elements out, and the shape.
func read[T any](t testing.TB, x Tensor) ([]T, []int) {
	t.Helper()
	require.NotZero(t, x)
	info, err := x.Info()
	require.NoError(t, err)
	values, sizes := make([]T, info.Numel), make([]int, info.Dims)
	require.NoError(t, x.CopyTo(memory(values)))
	require.NoError(t, x.Sizes(sizes, nil))
	return values, sizes
}

// call calls an operator and returns all its results; tensors are freed with the test.
func call(t testing.TB, op *Op, put func(a *Args)) ([]any, error) {
	t.Helper()
	var a Args
	var r Results
	put(&a)
	if err := op.Call(&a, &r); err != nil {
		return nil, err
	}
	values := make([]any, r.Len())
	for i := range values {
		values[i] = r.Value()
		switch v := values[i].(type) {
		case Tensor:
			t.Cleanup(v.Free)
		case []Tensor:
			t.Cleanup(func() { FreeAll(v) })
		}
	}
	return values, nil
}

func TestOperatorsAreFoundByNameAndOverload(t *testing.T) {
	require.Equal(t, &Op{Name: "aten::add", Overload: "Tensor", Args: []string{"self"}, Short: "add"}, NewOp("aten::add.Tensor", "self"))
	require.True(t, NewOp("aten::add.Tensor").Exists())
	require.True(t, NewOp("aten::relu").Exists())
	for _, name := range []string{"aten::no_such", "aten::add.NoSuch", "add", ""} {
		op := NewOp(name)
		require.False(t, op.Exists())
		_, err := call(t, op, func(*Args) {})
		require.EqualError(t, err, fmt.Sprintf("libtorch %s has no operator %s", LoadedVersion(), name))
		require.Equal(t, NotImplemented, err.(*Error).Kind)
	}
	schemas, err := Schemas()
	require.NoError(t, err)
	require.Contains(t, schemas, "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor\n")
}

func TestTensorsAreCountedAndShared(t *testing.T) {
	before := CPUBytes()
	x, err := FromBytes(make([]byte, 1<<20), []int{1 << 18}, float32Type)
	require.NoError(t, err)
	require.GreaterOrEqual(t, CPUBytes()-before, int64(1<<20))
	again := x.Retain()
	require.Equal(t, x, again)
	x.Free()
	require.GreaterOrEqual(t, CPUBytes()-before, int64(1<<20))
	info, err := again.Info()
	require.NoError(t, err)
	require.Equal(t, Info{
		Dims: 1, Numel: 1 << 18, StorageBytes: 1 << 20, DType: float32Type, DeviceIndex: -1, ItemSize: 4, IsLeaf: 1, IsContiguous: 1,
		HasStorage: 1, StorageID: info.StorageID,
	}, info)
	FreeAll([]Tensor{again})
	FreeAll(nil)
	require.Equal(t, before, CPUBytes())

	// Small blocks are kept at hand, but not counted.
	for _, n := range []int{0, 1, 63, 64, 65, 1023, 1024, 1025} {
		data := bytes.Repeat([]byte{7}, n)
		x, err := FromBytes(data, []int{n}, 0)
		require.NoError(t, err)
		got, _ := read[byte](t, x)
		require.Equal(t, data, append([]byte{}, got...))
		p, err := x.DataPtr()
		require.NoError(t, err)
		require.Zero(t, uintptr(p)%64)
		x.Free()
		require.Equal(t, before, CPUBytes(), n)
	}
}

func requireGrad(t *testing.T, x Tensor) error {
	_, err := call(t, NewOp("aten::requires_grad_"), func(a *Args) { a.Tensor(x) })
	return err
}

func TestAutograd(t *testing.T) {
	w := floats(t, []int{2}, 3, 4)
	require.NoError(t, requireGrad(t, w))
	square := func() Tensor {
		got, err := call(t, NewOp("aten::mul.Tensor"), func(a *Args) { a.Tensor(w); a.Tensor(w) })
		require.NoError(t, err)
		return got[0].(Tensor)
	}
	ones := floats(t, []int{2}, 1, 1)
	y := square()
	name, err := y.GradFnName()
	require.NoError(t, err)
	require.Equal(t, "MulBackward0", name)
	g, err := w.Grad()
	require.NoError(t, err)
	require.Zero(t, g)
	require.NoError(t, Backward([]Tensor{y}, []Tensor{ones}, false, false, nil))
	g, err = w.Grad()
	require.NoError(t, err)
	t.Cleanup(g.Free)
	values, _ := read[float32](t, g)
	require.Equal(t, []float32{6, 8}, values)
	require.ErrorContains(t, Backward([]Tensor{y}, []Tensor{ones}, false, false, nil), "second time")
	require.ErrorContains(t, Backward([]Tensor{ones}, []Tensor{0}, false, false, nil), "does not require grad")
	require.ErrorContains(t, Backward([]Tensor{square()}, []Tensor{0}, false, false, nil), "scalar")

	unused := floats(t, []int{1}, 1)
	require.NoError(t, requireGrad(t, unused))
	_, err = Grad([]Tensor{square()}, []Tensor{ones}, []Tensor{w, unused}, false, false, false)
	require.Error(t, err)
	gs, err := Grad([]Tensor{square()}, []Tensor{ones}, []Tensor{w, unused}, false, false, true)
	require.NoError(t, err)
	t.Cleanup(gs[0].Free)
	require.Zero(t, gs[1])
	values, _ = read[float32](t, gs[0])
	require.Equal(t, []float32{6, 8}, values)

	require.NoError(t, w.SetGrad(0))
	g, err = w.Grad()
	require.NoError(t, err)
	require.Zero(t, g)
	require.Error(t, requireGrad(t, ints(t, 1)))
}

func TestManyThreadsCallAtOnce(t *testing.T) {
	x := floats(t, []int{64}, make([]float32, 64)...)
	add, bad := NewOp("aten::add.Tensor", "self", "other"), NewOp("aten::select.int")
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() {
			for range 500 {
				y, err := add.CallTensors(x, x)
				if err != nil {
					errs[i] = err
					return
				}
				y.Free()
				var a Args
				var r Results
				a.Tensor(x)
				a.Int(9)
				a.Int(0)
				if bad.Call(&a, &r) == nil {
					errs[i] = fmt.Errorf("an index out of range passed")
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
}

func TestProcess(t *testing.T) {
	require.NoError(t, CheckVersion())
	require.Equal(t, CompiledVersion(), LoadedVersion())
	require.Contains(t, LibraryPath(), "libtorch_cpu")
	require.NotEmpty(t, Config())
	require.NotEmpty(t, MallocLibrary())
	before := NumThreads()
	defer func() { require.NoError(t, SetNumThreads(before)) }()
	require.NoError(t, SetNumThreads(1))
	require.Equal(t, 1, NumThreads())
	if BLASThreads() >= 0 {
		require.Equal(t, 1, BLASThreads())
	}
	require.Error(t, SetNumThreads(0))
	require.Equal(t, CUDACount() > 0, CUDAWhyNot() == "")
	require.NoError(t, Synchronize(0, -1))
}

func BenchmarkAdd(b *testing.B) {
	op := NewOp("aten::add.Tensor", "self", "other", "alpha")
	x := floats(b, []int{4}, 1, 2, 3, 4)
	for b.Loop() {
		var a Args
		var r Results
		a.Tensor(x)
		a.Tensor(x)
		if err := op.Call(&a, &r); err != nil {
			b.Fatal(err)
		}
		r.Tensor().Free()
	}
}

// On the CPU the allocator is asked by the same door as on a GPU before libtorch 2.9:
// it counts only what it gave while it was asked.
func TestAllocatorsSayWhatTheyHold(t *testing.T) {
	s, err := DeviceMemory(0, -1)
	if version.AtLeast(LoadedVersion(), 2, 9) {
		require.ErrorContains(t, err, "does not say")
	} else {
		require.NoError(t, err)
		require.Equal(t, MemoryStats{0, -1, 0, -1, -1, -1}, s)
	}
	if why := CUDAWhyNot(); why != "" {
		_, err = DeviceMemory(1, 0)
		require.ErrorContains(t, err, why)
		require.ErrorContains(t, ResetPeak(0), why)
		require.ErrorContains(t, EmptyCache(), why)
		_, err = DefaultGenerator(1, 0)
		require.ErrorContains(t, err, why)
	}
}

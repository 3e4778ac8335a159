package torch_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/version"
	"multitorch/torch"
)

func TestTryReturnsErrorsAndPassesOtherPanicsOn(t *testing.T) {
	require.NoError(t, torch.Try(func() error { return nil }))
	own := errors.New("own")
	require.ErrorIs(t, torch.Try(func() error { return own }), own)
	require.PanicsWithValue(t, "other", func() { _ = torch.Try(func() error { panic("other") }) })
	require.PanicsWithError(t, own.Error(), func() { _ = torch.Try(func() error { panic(own) }) })
	var bug runtime.Error
	func() {
		defer func() { bug = recover().(runtime.Error) }()
		_ = torch.Try(func() error { return []error{}[len(os.Args)] })
	}()
	require.ErrorContains(t, bug, "index out of range")
	ended := true
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = torch.Try(func() error { runtime.Goexit(); return nil })
		ended = false
	}()
	<-done
	require.True(t, ended, "Goexit ends the goroutine")
	inner := torch.Try(func() error {
		return torch.Try(func() error { torch.Ones(torch.Shape{2}).Reshape(3); return nil })
	})
	require.ErrorContains(t, inner, "reshape: shape '[3]' is invalid for input of size 2 (with float32[2])")
}

// Whatever goes wrong says which operator and with what, in one paragraph and
// without C++.
func TestErrorsAreOneClearSentence(t *testing.T) {
	x, y, n := torch.Ones(torch.Shape{2, 3}), torch.Ones(torch.Shape{4, 5}), torch.New([]int{9})
	leaf := torch.Ones(torch.Shape{2}, torch.RequiresGrad(true))
	named, notForInts := "", torch.OtherError
	if version.AtLeast(torch.Version(), 2, 15) { // its own words changed
		named, notForInts = "mm: ", torch.NotImplemented
	}
	for message, c := range map[string]struct {
		kind torch.Kind
		f    func()
	}{
		"matmul: " + named + "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5) (with float32[2, 3], float32[4, 5])": {torch.OtherError, func() { x.Matmul(y) }},
		"cat: Sizes of tensors must match":                                        {torch.OtherError, func() { torch.Cat([]*torch.Tensor{x, y}, 0) }},
		"select: select(): index 7 out of range":                                  {torch.IndexError, func() { x.Select(0, 7) }},
		"Size: dimension 2 is out of range for 2 dimensions (with float32[2, 3])": {torch.IndexError, func() { x.Size(2) }},
		"index_select: index out of range":                                        {torch.IndexError, func() { x.IndexSelect(0, n) }},
		"view: view size is not compatible":                                       {torch.OtherError, func() { x.T().View(6) }},
		"unsqueeze: Dimension out of range":                                       {torch.IndexError, func() { x.Unsqueeze(9) }},
		"Backward: element 0 of tensors does not require":                         {torch.OtherError, func() { x.Sum().Backward() }},
		"Backward: grad can be implicitly created only":                           {torch.OtherError, func() { leaf.Mul(2).Backward() }},
		"requires_grad_: Only Tensors of floating point":                          {torch.OtherError, func() { n.SetRequiresGrad(true) }},
		"SetGrad: expected a gradient of the tensor's own":                        {torch.ValueError, func() { leaf.SetGrad(x) }},
		"Item: expected a tensor with one element":                                {torch.ValueError, func() { x.Item() }},
		"ItemInt: expected a tensor of integers":                                  {torch.TypeError, func() { x.Sum().ItemInt() }},
		"mean: mean(): could not infer output dtype":                              {notForInts, func() { n.Mean() }},
		"FromSlice: the shape [3] of float32 takes 12 bytes, but 8 were given":    {torch.ValueError, func() { torch.FromSlice([]float32{1, 2}, 3) }},
		"FromSlice: the shape [-1] has a negative size":                           {torch.ValueError, func() { torch.FromSlice([]float32{1}, -1) }},
		"New: a string can't be a tensor's element":                               {torch.TypeError, func() { torch.New("x") }},
		"add: expected a tensor or a number, but got a []int":                     {torch.TypeError, func() { x.Add([]int{1}) }},
		"SetRNGState: expected a tensor, but got nil":                             {torch.TypeError, func() { torch.SetRNGState(nil) }},
		"SetRNGState: ": {torch.TypeError, func() { torch.SetRNGState(x) }},
		"device: device \"gpu\": expected cpu, cuda or cuda:N": {torch.ValueError, func() { torch.NewDevice("gpu") }},
		"SetNumThreads: expected ":                             {torch.ValueError, func() { torch.SetNumThreads(0) }},
		"zeros: [enforce fail at alloc_cpu.cpp":                {torch.OutOfMemory, func() { torch.Zeros(torch.Shape{1 << 50}) }},
		"empty: Storage size calculation overflowed":           {torch.OtherError, func() { torch.Empty(torch.Shape{1 << 40, 1 << 40}) }},
		"no_such_operator: libtorch " + torch.Version() + " has no operator aten::no_such_operator": {
			torch.NotImplemented,
			func() { torch.NewOperator("aten::no_such_operator").Call(x) },
		},
		"relu: argument 'self' is of type Tensor, but got a float": {torch.TypeError, func() { torch.NewOperator("aten::relu").Call(1.5) }},
		"relu: an argument of the Go type struct {} can't be":      {torch.TypeError, func() { torch.NewOperator("aten::relu").Call(struct{}{}) }},
	} {
		t.Run(message, func(t *testing.T) {
			var e *torch.Error
			err := torch.Try(func() error { c.f(); return nil })
			require.ErrorAs(t, err, &e)
			require.True(t, strings.HasPrefix(e.Error(), message), "want %q, got %q", message, e.Error())
			require.Equal(t, c.kind, e.Kind, e)
			for _, noise := range []string{"Exception raised from", "frame #", "INTERNAL ASSERT", "c10::", "\n\n"} {
				require.NotContains(t, e.Error(), noise)
			}
		})
	}
}

func TestCUDAThatIsNotThere(t *testing.T) {
	if torch.CUDAIsAvailable() {
		require.Equal(t, torch.NewDevice("cuda:0"), torch.Ones(torch.Shape{2}).To(torch.CUDA).Device())
		return
	}
	why := torch.CUDAWhyNot()
	require.NotEmpty(t, why)
	require.Zero(t, torch.CUDADeviceCount())
	require.EqualError(t, torch.CUDA.Check(), "device cuda: CUDA is not available: "+why)
	require.EqualError(t, torch.NewDevice("cuda:1").Check(), "device cuda:1: CUDA is not available: "+why)
	err := torch.Try(func() error { torch.Ones(torch.Shape{2}).To(torch.CUDA); return nil })
	require.ErrorContains(t, err, "To: device cuda: CUDA is not available: "+why+" (with float32[2])")
	require.Error(t, torch.Try(func() error { torch.Ones(torch.Shape{2}, torch.CUDA); return nil }))
	require.Error(t, torch.Synchronize(torch.CUDA))
	require.NoError(t, torch.CPU.Check())
	require.NoError(t, torch.Synchronize(torch.CPU))
}

func TestParseDevice(t *testing.T) {
	for _, s := range []string{"cpu", "cuda", "cuda:0", "cuda:7"} {
		d, err := torch.ParseDevice(s)
		require.NoError(t, err)
		require.Equal(t, s, d.String())
		require.Equal(t, s != "cpu", d.IsCUDA())
	}
	for _, s := range []string{"", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda:1:2", "cuda:99999", "CPU"} {
		_, err := torch.ParseDevice(s)
		require.ErrorContains(t, err, "device \""+s+"\"")
	}
}

// firstWarnings is true in the first run of the process: go test -count has others.
var firstWarnings = true

// libtorch's warnings are logged, each once, and nothing reaches stderr.
func TestWarningsAreLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	written := stderr(t, func() {
		x := torch.Ones(torch.Shape{2})
		addInto := torch.NewOperator("aten::add.out", "self", "other", "out")
		for range 3 {
			addInto.Do(x, x, torch.Ones(torch.Shape{5})) // which has to be resized
			done := make(chan struct{})
			go torch.Pinned(func() { // another thread
				defer close(done)
				addInto.Do(x, x, torch.Ones(torch.Shape{5}))
			})
			<-done
		}
	})
	require.Empty(t, written)
	if firstWarnings {
		require.Contains(t, log.String(), "libtorch: An output with one or more elements was resized")
		require.Equal(t, 1, strings.Count(log.String(), "level=WARN"), log.String())
	} else {
		require.Empty(t, log.String())
	}
	firstWarnings = false
}

// stderr is what the process, C++ included, writes to it meanwhile.
func stderr(t *testing.T, f func()) string {
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	require.NoError(t, err)
	defer file.Close()
	saved, err := syscall.Dup(2)
	require.NoError(t, err)
	defer syscall.Close(saved)
	require.NoError(t, syscall.Dup3(int(file.Fd()), 2, 0))
	defer func() { require.NoError(t, syscall.Dup3(saved, 2, 0)) }()
	f()
	_, err = file.Seek(0, io.SeekStart)
	require.NoError(t, err)
	content, err := io.ReadAll(file)
	require.NoError(t, err)
	return string(content)
}

// A number that stands for no device is refused.
func TestUnknownDevice(t *testing.T) {
	for _, d := range []torch.Device{-1, 1 << 40, torch.Device(77) << 16} {
		err := torch.Try(func() error { torch.Zeros(torch.Shape{2}, d); return nil })
		require.ErrorContains(t, err, "expected a device, but got device(", d)
		require.Error(t, torch.Try(func() error { torch.Ones(torch.Shape{2}).To(d); return nil }))
	}
}

func TestNilInAList(t *testing.T) {
	x := torch.Ones(torch.Shape{2})
	for _, f := range []func(){
		func() { torch.Cat([]*torch.Tensor{x, nil}, 0) },
		func() { torch.BroadcastTensors(x, nil) },
		func() { torch.Einsum("i,i->", x, nil) },
	} {
		err := torch.Try(func() error { f(); return nil })
		require.ErrorContains(t, err, "expected a list of tensors, but number 1 of it is nil (with float32[2], nil)")
	}
}

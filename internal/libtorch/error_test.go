package libtorch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorKinds(t *testing.T) {
	x, zeros := floats(t, []int{2, 2}, 1, 2, 3, 4), floats(t, []int{2, 2}, 0, 0, 0, 0)
	for kind, c := range map[Kind]struct {
		op      string
		put     func(a *Args)
		message string
	}{
		IndexError:     {"aten::select.int", func(a *Args) { a.Tensor(x); a.Int(5); a.Int(0) }, "Dimension out of range"},
		LinAlgError:    {"aten::linalg_inv", func(a *Args) { a.Tensor(zeros) }, "singular"},
		OutOfMemory:    {"aten::zeros", func(a *Args) { a.Ints([]int{1 << 52}) }, "memory"},
		NotImplemented: {"aten::no_such", func(*Args) {}, "has no operator"},
		TypeError:      {"aten::relu", func(a *Args) { a.Int(1) }, "but got an int"},
		ValueError:     {"aten::pad", func(a *Args) { a.Tensor(x); a.Ints([]int{1, 1}); a.String("no such mode") }, "no such mode"},
		Other:          {"aten::mm", func(a *Args) { a.Tensor(x); a.Tensor(floats(t, []int{3, 1}, 1, 2, 3)) }, "shapes cannot be multiplied"},
	} {
		_, err := call(t, NewOp(c.op), c.put)
		var e *Error
		require.ErrorAs(t, err, &e, c.op)
		require.Contains(t, e.Message, c.message)
		require.NotContains(t, e.Message, "Exception raised from")
		if kind != ValueError { // libtorch itself rarely says ValueError
			require.Equal(t, kind, e.Kind, e.Message)
		}
	}
	_, err := FromBytes(make([]byte, 7), []int{2}, float32Type)
	require.Equal(t, ValueError, err.(*Error).Kind)
	require.ErrorContains(t, err, "takes 8 bytes, but 7 were given")
	require.ErrorContains(t, x.CopyTo(make([]byte, 15)), "16 bytes")
	_, err = FromBytes(nil, []int{1 << 40, 1 << 40}, float32Type)
	require.Error(t, err)
	_, err = FromBytes(nil, []int{-1}, float32Type)
	require.Error(t, err)
}

// An undefined tensor where one is needed is an error, not a crash.
func TestNoneForATensor(t *testing.T) {
	x := floats(t, []int{2}, 1, 2)
	for _, op := range []*Op{NewOp("aten::add.Tensor"), NewOp("aten::matmul"), NewOp("aten::mul.Tensor"), NewOp("aten::index_select")} {
		_, err := call(t, op, func(a *Args) { a.Tensor(x); a.None() })
		require.Error(t, err, op.Name)
		_, err = call(t, op, func(a *Args) { a.None(); a.Tensor(x) })
		require.Error(t, err, op.Name)
	}
	_, err := call(t, NewOp("aten::relu"), func(a *Args) { a.None() })
	require.Error(t, err)
	_, err = call(t, NewOp("aten::stack"), func(a *Args) { pair(a, x, 0) })
	require.Error(t, err)
	_, err = call(t, NewOp("aten::cat"), func(a *Args) { a.Tensors(0) })
	require.Error(t, err)
}

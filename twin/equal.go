package twin

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	"multitorch/torch"
)

// RequireEqual fails the test at once unless the two tensors have the same dtype,
// shape and bits: 0 and -0 are different, and so are two kinds of NaN. The message
// says where they differ first, and by how many units in the last place at most.
func RequireEqual(t testing.TB, want, got *torch.Tensor, about ...any) {
	t.Helper()
	if d := difference(want, got); d != "" {
		if len(about) > 0 {
			d = fmt.Sprint(about...) + ": " + d
		}
		t.Fatal(d)
	}
}

// difference is "" for tensors with the same bits.
func difference(want, got *torch.Tensor) string {
	if want == nil || got == nil {
		if want == got {
			return "both tensors are nil: was the result saved under another name?"
		}
		return fmt.Sprintf("one tensor is nil: want %s, got %s", kind(want), kind(got))
	}
	if want.DType() != got.DType() || !slices.Equal(want.Shape(), got.Shape()) {
		return fmt.Sprintf("want %s, got %s", kind(want), kind(got))
	}
	w, g := want.Bytes(), got.Bytes()
	if bytes.Equal(w, g) {
		return ""
	}
	size := want.DType().Size()
	count, first, ulps := 0, -1, uint64(0)
	for i := range len(w) / size {
		a, b := w[i*size:(i+1)*size], g[i*size:(i+1)*size]
		if bytes.Equal(a, b) {
			continue
		}
		if count++; first < 0 {
			first = i
		}
		ulps = max(ulps, distance(want.DType(), a, b))
	}
	at := first * size
	return fmt.Sprintf("%d of %d elements differ, the first at %v: want %s, got %s (at most %d units in the last place apart, in %s)",
		count, len(w)/size, position(first, want.Shape()), element(want.DType(), w[at:at+size]), element(want.DType(), g[at:at+size]),
		ulps, kind(want))
}

func kind(t *torch.Tensor) string {
	if t == nil {
		return "nil"
	}
	return t.DType().String() + fmt.Sprint(t.Shape())
}

// position turns the place in row-major order into an index.
func position(i int, shape torch.Shape) []int {
	index := make([]int, len(shape))
	for d := len(shape) - 1; d >= 0; d-- {
		index[d] = i % shape[d]
		i /= shape[d]
	}
	return index
}

// element is the value, and its bits in hexadecimal.
func element(d torch.DType, b []byte) string {
	switch d {
	case torch.Float32:
		return fmt.Sprintf("%v (%#08x)", math.Float32frombits(uint32(word(b))), word(b))
	case torch.Float64:
		return fmt.Sprintf("%v (%#016x)", math.Float64frombits(word(b)), word(b))
	case torch.BFloat16:
		return fmt.Sprintf("%v (%#04x)", math.Float32frombits(uint32(word(b))<<16), word(b))
	case torch.Complex64, torch.Complex128:
		part := map[torch.DType]torch.DType{torch.Complex64: torch.Float32, torch.Complex128: torch.Float64}[d]
		return element(part, b[:len(b)/2]) + " + i " + element(part, b[len(b)/2:])
	case torch.Float16:
		return fmt.Sprintf("%v (%#04x)", torch.FromBytes(b, nil, d).To(torch.Float64).Item(), word(b))
	case torch.Uint8, torch.Bool:
		return fmt.Sprint(word(b))
	}
	return fmt.Sprint(signed(b))
}

// distance is the number of values of the dtype between two of them.
func distance(d torch.DType, a, b []byte) uint64 {
	if d.IsComplex() {
		part := map[torch.DType]torch.DType{torch.Complex64: torch.Float32, torch.Complex128: torch.Float64}[d]
		h := len(a) / 2
		return max(distance(part, a[:h], b[:h]), distance(part, a[h:], b[h:]))
	}
	x, y := signed(a), signed(b)
	if d == torch.Uint8 {
		x, y = int64(word(a)), int64(word(b))
	}
	if d.IsFloatingPoint() { // sign and magnitude: in their order as integers after this
		x, y = ordered(x, len(a)), ordered(y, len(b))
	}
	if x < y {
		x, y = y, x
	}
	return uint64(x) - uint64(y)
}

func ordered(x int64, size int) int64 {
	if x < 0 {
		return math.MinInt64>>(64-8*size) - x
	}
	return x
}

func word(b []byte) uint64 {
	var w [8]byte
	copy(w[:], b)
	return binary.LittleEndian.Uint64(w[:])
}

func signed(b []byte) int64 {
	shift := 64 - 8*len(b)
	return int64(word(b)<<shift) >> shift
}

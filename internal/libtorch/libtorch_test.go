package libtorch

import (
	"testing"
)

func BenchmarkAdd(b *testing.B) {
	op := NewOp("aten::add.Tensor", "self", "other", "alpha")
	x, err := FromBytes(make([]byte, 16), []int{4}, 6)
	if err != nil {
		b.Fatal(err)
	}
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

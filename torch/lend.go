package torch

import (
	"multitorch/internal/lend"
	"multitorch/internal/libtorch"
)

func init() {
	lend.Tensor = func(tensor any, op string) (libtorch.Tensor, func()) {
		t := tensor.(*Tensor)
		return t.acquire(op), t.release
	}
	lend.Absent = func(like any, why string) any {
		t := &Tensor{}
		t.scope.Store(&Scope{closed: true, like: like.(*Tensor), absent: why})
		return t
	}
}

package distributions

import (
	"sync"

	"multitorch/torch"
)

// lazy is a tensor that is computed when it is first asked for, and again where it was freed since, with the step that
// it was computed in.
type lazy struct {
	mu    sync.Mutex
	value *torch.Tensor
}

func (l *lazy) get(f func() *torch.Tensor) *torch.Tensor {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.alive() {
		torch.EnableGrad(func() { l.value = f() })
	}
	return l.value
}

// peek is the tensor if there is one, else nil.
func (l *lazy) peek() *torch.Tensor {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.alive() {
		return nil
	}
	return l.value
}

func (l *lazy) alive() bool {
	return l.value != nil && torch.Try(func() error { l.value.Dim(); return nil }) == nil
}

package torch

import (
	"runtime"
	"weak"

	"multitorch/internal/libtorch"
)

// sweep runs Go's collector and frees those of the scope's tensors that nothing in the
// program refers to any more, as Python frees each when its name goes. A scope holds what
// it owns, and so does every tensor by way of its scope: for the time of the collection it
// holds them weakly. Tensors that are used meanwhile are on a stack, and stay.
func (s *Scope) sweep() {
	if s == nil {
		runtime.GC()
		return
	}
	s.mu.Lock()
	held := make([]weakly, 0, len(s.owned))
	for _, t := range s.owned {
		if t != nil && !t.freed() {
			held = append(held, weakly{weak.Make(t), leftover{t.handle, t.note}})
		}
	}
	clear(s.owned)
	runtime.GC()
	s.owned, s.gone = s.owned[:0], 0
	var dead []libtorch.Tensor
	for _, w := range held {
		if t := w.tensor.Value(); t != nil {
			s.owned = append(s.owned, t)
			continue
		}
		profileFreed(w.note)
		dead = append(dead, w.handle)
	}
	s.mu.Unlock()
	freeHandles(dead) // may call back into Go
}

// weakly is a tensor that is not held, and what is to be freed once it is gone.
type weakly struct {
	tensor weak.Pointer[Tensor]
	leftover
}

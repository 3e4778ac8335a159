package hooks

import (
	"slices"
	"strconv"

	"multitorch/torch"
)

// snapshot copies states, in memory of the CPU that it keeps from one copy to the next: a copy into new memory takes several
// times as long, since the system hands it out page by page. So it is also made before the first copy: see prepare.
type snapshot struct{ tensors map[string]*torch.Tensor }

// prepare makes memory for a state's tensors, beside training: what it returns is closed when it is there.
func (s *snapshot) prepare(state *torch.Dict) <-chan struct{} {
	type size struct {
		shape torch.Shape
		dtype torch.DType
	}
	sizes := map[string]size{}
	copies("", state, func(path string, t *torch.Tensor) *torch.Tensor {
		sizes[path] = size{t.Shape(), t.DType()}
		return t
	})
	s.tensors = map[string]*torch.Tensor{}
	ready := make(chan struct{})
	go func() {
		defer close(ready)
		_ = torch.Try(func() error { // where there is no memory, the copy says so
			for path, of := range sizes {
				s.tensors[path] = torch.Zeros(of.shape, of.dtype).Keep()
			}
			return nil
		})
	}()
	return ready
}

// of is a copy, which is valid until the next one.
func (s *snapshot) of(state *torch.Dict) *torch.Dict {
	if s.tensors == nil {
		s.tensors = map[string]*torch.Tensor{}
	}
	var copied *torch.Dict
	torch.NoGrad(func() { copied = copies("", state, s.tensor).(*torch.Dict) })
	return copied
}

// copies is a value with each tensor exchanged for what of makes of it.
func copies(path string, v any, of func(path string, t *torch.Tensor) *torch.Tensor) any {
	list := func(items []any) []any {
		copied := make([]any, len(items))
		for i, item := range items {
			copied[i] = copies(path+"/"+strconv.Itoa(i), item, of)
		}
		return copied
	}
	switch v := v.(type) {
	case *torch.Tensor:
		return of(path, v)
	case []any:
		return list(v)
	case torch.Tuple:
		return torch.Tuple(list(v))
	case *torch.Dict:
		d := &torch.Dict{}
		for key, item := range v.All() {
			name, _ := key.(string)
			d.Set(key, copies(path+"/"+name, item, of))
		}
		return d
	}
	return v
}

func (s *snapshot) tensor(path string, t *torch.Tensor) *torch.Tensor {
	kept := s.tensors[path]
	if kept == nil || kept.DType() != t.DType() || !slices.Equal(kept.Shape(), t.Shape()) {
		if kept != nil {
			kept.Free()
		}
		kept = torch.EmptyLike(t, torch.CPU).Keep()
		s.tensors[path] = kept
	}
	kept.CopyInplace(t)
	return kept
}

package hooks

import (
	"slices"
	"strconv"

	"multitorch/torch"
)

// snapshot copies states, in memory of the CPU that it keeps from one copy to the next: a copy into new memory takes several
// times as long, since the system hands it out page by page.
type snapshot struct{ tensors map[string]*torch.Tensor }

// of is a copy, which is valid until the next one.
func (s *snapshot) of(state *torch.Dict) *torch.Dict {
	if s.tensors == nil {
		s.tensors = map[string]*torch.Tensor{}
	}
	var copied *torch.Dict
	torch.NoGrad(func() { copied = s.value("", state).(*torch.Dict) })
	return copied
}

func (s *snapshot) value(path string, v any) any {
	switch v := v.(type) {
	case *torch.Tensor:
		return s.tensor(path, v)
	case []any:
		return s.list(path, v)
	case torch.Tuple:
		return torch.Tuple(s.list(path, v))
	case *torch.Dict:
		d := &torch.Dict{}
		for key, item := range v.All() {
			name, _ := key.(string)
			d.Set(key, s.value(path+"/"+name, item))
		}
		return d
	}
	return v
}

func (s *snapshot) list(path string, items []any) []any {
	copied := make([]any, len(items))
	for i, item := range items {
		copied[i] = s.value(path+"/"+strconv.Itoa(i), item)
	}
	return copied
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

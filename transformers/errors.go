package transformers

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// invalid is what is wrong with an argument.
func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

// passing are the tensors that a Forward makes on its way to its result. The method free, deferred, frees them when it
// returns; what backward needs of them stays.
type passing []*torch.Tensor

// way notes a tensor, once.
func (p *passing) way(t *torch.Tensor) *torch.Tensor {
	if !slices.Contains(*p, t) {
		*p = append(*p, t)
	}
	return t
}

func (p *passing) free() {
	torch.FreeAll(*p...)
}

// to notes what becomes of t, unless it is as it should be already.
func (p *passing) to(t *torch.Tensor, opts ...torch.Option) *torch.Tensor {
	converted := t.To(opts...)
	if converted != t {
		p.way(converted)
	}
	return converted
}

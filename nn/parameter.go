package nn

import "multitorch/torch"

// Parameter is a tensor that an optimizer trains. It stays the same pointer for
// the life of its module.
type Parameter struct {
	*torch.Tensor
	derivation *Derivation // nil for one that is itself
}

// NewParameter makes a parameter of a tensor, as torch.nn.Parameter: a leaf of its own, which
// shares t's memory and has none of its history. t itself stays as it is. Gradients are asked
// for unless torch.RequiresGrad(false) is given. It outlives the scope or step that it is made in.
func NewParameter(t *torch.Tensor, requiresGrad ...torch.RequiresGrad) *Parameter {
	if t == nil {
		panic(invalid("NewParameter", "expected a tensor, but got nil"))
	}
	on := len(requiresGrad) == 0 || bool(requiresGrad[len(requiresGrad)-1])
	return &Parameter{Tensor: t.Detach().Keep().SetRequiresGrad(on)}
}

// newParameter makes a parameter of a tensor that nobody else knows.
func newParameter(t *torch.Tensor) *Parameter {
	return &Parameter{Tensor: t.Keep().SetRequiresGrad(true)}
}

// tensor is the parameter's tensor, or nil for a parameter that is not there.
func (p *Parameter) tensor() *torch.Tensor {
	if p == nil {
		return nil
	}
	return p.Value()
}

// Value is what a module computes with: the parameter's tensor, or what is derived of others where package nn/utils has
// put such in its place, a weight norm, say. Then it is computed anew by each call, with its history.
func (p *Parameter) Value() *torch.Tensor {
	if p.derivation == nil {
		return p.Tensor
	}
	return p.derivation.Source.Compute()
}

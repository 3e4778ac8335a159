package nn

import "multitorch/torch"

// Identity returns what it gets, as torch.nn.Identity: it takes the place of a
// layer that is to do nothing.
type Identity struct{ Base }

// NewIdentity makes an Identity.
func NewIdentity() *Identity { return &Identity{} }

// Forward returns x itself.
func (m *Identity) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Identity", x, &result)
	return x
}

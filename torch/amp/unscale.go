package amp

import (
	"multitorch/optim"
	"multitorch/torch"
)

// opUnscale multiplies a list of gradients by inv_scale, and sets found_inf to 1 if one is not finite. On the CPU only newer
// versions of libtorch have it.
var opUnscale = torch.NewOperator("aten::_amp_foreach_non_finite_check_and_unscale_", "self", "found_inf", "inv_scale")

// unscale multiplies an optimizer's gradients by inverse. For each device that has any it tells whether one was not finite.
func unscale(o optim.Optimizer, inverse float32) (found []*torch.Tensor) {
	type place struct {
		device torch.Device
		dtype  torch.DType
	}
	var places []place
	grads := map[place][]*torch.Tensor{}
	for _, group := range o.ParamGroups() {
		for _, p := range group.Params {
			g := gradient(p.Tensor)
			if g == nil {
				continue
			}
			at := place{g.Device(), g.DType()}
			if at.dtype == torch.Float16 {
				panic(wrong("GradScaler.Unscale", torch.ValueError,
					"a gradient is Float16: expected parameters of Float32, which Autocast computes with in Float16"))
			}
			if grads[at] == nil {
				places = append(places, at)
			}
			grads[at] = append(grads[at], g)
		}
	}
	devices := map[torch.Device]*torch.Tensor{}
	for _, at := range places {
		if devices[at.device] == nil {
			devices[at.device] = torch.Zeros(torch.Shape{1}, at.device).Keep()
			found = append(found, devices[at.device])
		}
		if at.device.IsCUDA() {
			scale := torch.New(inverse, at.device)
			opUnscale.Do(grads[at], devices[at.device], scale)
			scale.Free()
			continue
		}
		for _, g := range grads[at] {
			unscaleOne(g, devices[at.device], inverse)
		}
	}
	return found
}

// unscaleOne is the operator's arithmetic for one gradient.
func unscaleOne(g, found *torch.Tensor, inverse float32) {
	torch.Scoped(func(s *torch.Scope) {
		finite := s.Own(s.Own(g.IsFinite()).All())
		found.MaskedFillInplace(s.Own(finite.Not()), 1)
		g.MulInplace(inverse)
	})
}

var opValues = torch.NewOperator("aten::_values", "self")

// gradient is p's gradient, or what of it is stored where it is sparse; nil where p has none.
func gradient(p *torch.Tensor) *torch.Tensor {
	g := p.Grad()
	if g == nil || !g.IsSparse() {
		return g
	}
	return opValues.Call(g)
}

package nn

import "multitorch/torch"

// DType is the dtype of a module's parameters and buffers: Python's dtype=. The default is
// Float32. It must be a floating-point or complex one.
type DType torch.DType

// Device is where a module's parameters and buffers are made: Python's device=. The default
// is the CPU.
type Device torch.Device

// factory is what a configuration knows of dtype and device, Python's factory_kwargs: how
// tensors are made, not a setting of the module's, since [To] may change both later.
type factory struct{ options []torch.Option }

func (f *factory) dtype(d DType)   { f.options = append(f.options, torch.DType(d)) }
func (f *factory) device(d Device) { f.options = append(f.options, torch.Device(d)) }

// check checks the dtype, if one was given.
func (f factory) check(module string) {
	for _, o := range f.options {
		if d, ok := o.(torch.DType); ok && !trainable(d) {
			e := invalid(module, "dtype must be a floating point or complex one, but got %v", d)
			e.Kind = torch.TypeError
			panic(e)
		}
	}
}

// empty is a tensor to be filled.
func (f factory) empty(shape ...int) *torch.Tensor { return torch.Empty(shape, f.options...) }

func (f factory) zeros(shape ...int) *torch.Tensor { return torch.Zeros(shape, f.options...) }
func (f factory) ones(shape ...int) *torch.Tensor  { return torch.Ones(shape, f.options...) }

// trainable reports whether there are gradients of a dtype.
func trainable(d torch.DType) bool { return d.IsFloatingPoint() || d.IsComplex() }

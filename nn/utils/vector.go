package utils

import (
	"multitorch/nn"
	"multitorch/torch"
)

// ParametersToVector is all elements of parameters, [n], one behind the other, with their history, as
// torch.nn.utils.parameters_to_vector.
func ParametersToVector(params []*nn.Parameter) *torch.Tensor {
	if len(params) == 0 {
		panic(invalid("ParametersToVector", "expected parameters, but got none"))
	}
	sameDevice("ParametersToVector", params)
	flat := make([]*torch.Tensor, len(params))
	for i, p := range params {
		flat[i] = p.View(-1)
		defer flat[i].Free()
	}
	return torch.Cat(flat, 0)
}

// VectorToParameters makes the parameters show what lies in a vector, one behind the other: they share its memory from
// then on, as with torch.nn.utils.vector_to_parameters.
func VectorToParameters(vector *torch.Tensor, params []*nn.Parameter) {
	n := 0
	for _, p := range params {
		n += p.Numel()
	}
	if got := vector.Shape(); len(got) != 1 || got[0] < n {
		panic(invalid("VectorToParameters", "expected a vector of %d elements, but got the shape %v", n, got))
	}
	sameDevice("VectorToParameters", params)
	torch.Scoped(func(s *torch.Scope) {
		at := 0
		for _, p := range params {
			part := s.Own(vector.Narrow(0, at, p.Numel()))
			p.SetData(s.Own(s.Own(part.View(p.Shape()...)).Detach()))
			at += p.Numel()
		}
	})
}

func sameDevice(op string, params []*nn.Parameter) {
	for _, p := range params {
		if first, d := params[0].Device(), p.Device(); d != first {
			panic(invalid(op, "expected parameters on one device, but got %v and %v", first, d))
		}
	}
}

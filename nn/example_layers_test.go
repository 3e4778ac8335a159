package nn_test

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// A pool says where it took its elements from, and an unpool puts them back there.
func ExampleMaxUnpool2d() {
	x := torch.New([][][]float32{{{1, 2, 3, 0}, {5, 4, 1, 1}, {0, 0, 9, 8}, {6, 1, 2, 7}}})
	values, indices := nn.NewMaxPool2d(2).ForwardIndices(x)
	fmt.Println(values)
	fmt.Println(nn.NewMaxUnpool2d(2).Forward(values, indices))
	// Output:
	// tensor([[[5., 3.],
	//          [6., 9.]]])
	// tensor([[[0., 0., 3., 0.],
	//          [5., 0., 0., 0.],
	//          [0., 0., 9., 0.],
	//          [6., 0., 0., 0.]]])
}

// A hook sees what passes through a layer.
func ExampleRegisterForwardHook() {
	model := nn.NewSequential().
		With("fc", nn.NewLinear(4, 8)).
		With("act", nn.NewReLU()).
		With("out", nn.NewLinear(8, 2))
	features := map[string]torch.Shape{}
	for _, m := range nn.NamedChildren(model) {
		hook := nn.RegisterForwardHook(m.Module, func(_ nn.Module, inputs, outputs []*torch.Tensor) []*torch.Tensor {
			features[m.Name] = outputs[0].Shape()
			return nil // the output stays as it is
		})
		defer hook.Remove()
	}
	model.Forward(torch.Randn(torch.Shape{3, 4}))
	fmt.Println(features)
	// Output: map[act:[3 8] fc:[3 8] out:[3 2]]
}

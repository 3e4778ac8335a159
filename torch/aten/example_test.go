package aten_test

import (
	"fmt"

	"multitorch/torch"
	"multitorch/torch/aten"
)

func Example() {
	x := torch.New([][]float32{{1, -2, 3}, {4, 5, -6}})
	values, indices := aten.MaxDim(x, 1, aten.Keepdim(true))
	fmt.Println(torch.ToSlice[float32](values), torch.ToSlice[int64](indices))

	y := aten.AddTensor(x, x, aten.Alpha(0.5))
	fmt.Println(torch.ToSlice[float32](y))
	// Output:
	// [3 5] [2 1]
	// [1.5 -3 4.5 6 7.5 -9]
}

// What has no function, an out= variant for example, is called by its name.
func ExampleCall() {
	x, out := torch.New([]float32{1, 2}), torch.Zeros(torch.Shape{2})
	aten.Call("mul.out", x, x, aten.Named("out", out))
	fmt.Println(torch.ToSlice[float32](out))

	y := aten.Call("_softmax", out, 0, false)[0].(*torch.Tensor)
	fmt.Printf("%.2f\n", torch.ToSlice[float32](y))
	// Output:
	// [1 4]
	// [0.05 0.95]
}

func ExampleNamed() {
	x := torch.New([]float32{-1, 2})
	fmt.Println(torch.ToSlice[float32](aten.Clamp(x, aten.WithMin(0), aten.Named("max", nil))))
	// Output: [0 2]
}

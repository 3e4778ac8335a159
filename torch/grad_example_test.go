package torch_test

import (
	"fmt"

	"multitorch/torch"
)

// A clipped exponential, whose gradient goes on as if it had not been clipped.
func ExampleFunction() {
	limit := 10.0
	exp := &torch.Function{
		Name: "ClippedExp",
		Forward: func(ctx *torch.Context, xs ...*torch.Tensor) []*torch.Tensor {
			y := xs[0].Exp()
			ctx.SaveForBackward(y)
			return []*torch.Tensor{y.Clamp(nil, limit)}
		},
		Backward: func(ctx *torch.Context, grads ...*torch.Tensor) []*torch.Tensor {
			return []*torch.Tensor{grads[0].Mul(ctx.SavedTensors()[0])}
		},
	}
	x := torch.New([]float64{0, 1, 3}, torch.RequiresGrad(true))
	y := exp.Call(x)
	y.Sum().Backward()
	fmt.Println(y.Detach(), y.GradFn())
	fmt.Println(x.Grad())
	// Output:
	// tensor([ 1.0000,  2.7183, 10.0000]) ClippedExpBackward
	// tensor([ 1.0000,  2.7183, 20.0855])
}

func ExampleGrad() {
	x := torch.New([]float64{1, 2}, torch.RequiresGrad(true))
	by := []*torch.Tensor{x}
	y := x.Pow(3).Sum()
	first := torch.Grad([]*torch.Tensor{y}, by, torch.CreateGraph(true))[0]
	second := torch.Grad([]*torch.Tensor{first.Sum()}, by)[0]
	fmt.Println(first.Detach(), second)
	// Output: tensor([ 3., 12.]) tensor([ 6., 12.])
}

func ExampleTensor_RegisterHook() {
	x := torch.New([]float64{1, 2}, torch.RequiresGrad(true))
	h := x.Mul(3)
	hook := h.RegisterHook(func(grad *torch.Tensor) *torch.Tensor {
		fmt.Println("gradient:", grad)
		return grad.Clamp(-1, 1)
	})
	defer hook.Remove()
	h.Mul(h).Sum().Backward()
	fmt.Println(x.Grad())
	// Output:
	// gradient: tensor([ 6., 12.])
	// tensor([3., 3.])
}

package optim_test

import (
	"fmt"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// A line through three points.
func Example() {
	x, y := torch.New([]float32{0, 1, 2}), torch.New([]float32{1, 3, 5})
	slope, offset := nn.NewParameter(torch.New(float32(0))), nn.NewParameter(torch.New(float32(0)))
	optimizer := optim.NewSGD([]*nn.Parameter{slope, offset}, optim.LR(0.1), optim.Momentum(0.9))
	for range 200 {
		optimizer.ZeroGrad()
		loss := x.Mul(slope.Tensor).Add(offset.Tensor).Sub(y).Square().Mean()
		loss.Backward()
		optimizer.Step()
	}
	fmt.Printf("y = %.2f x + %.2f\n", slope.Item(), offset.Item())
	// Output: y = 2.00 x + 1.00
}

// Two groups: the second learns faster, and its rate falls.
func ExampleAdam_AddParamGroup() {
	body, head := nn.NewLinear(4, 3), nn.NewLinear(3, 2)
	optimizer := optim.NewAdam(nn.Parameters(body), optim.WeightDecay(1e-5))
	optimizer.AddParamGroup(nn.Parameters(head), optim.LR(1e-2))
	optimizer.ParamGroups()[1].LR *= 0.5
	for _, g := range optimizer.ParamGroups() {
		fmt.Println(g.LR, g.Settings.(*optim.AdamConfig).WeightDecay)
	}
	// Output:
	// 0.001 1e-05
	// 0.005 1e-05
}

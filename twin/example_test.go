package twin_test

import (
	"testing"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// A training step, in Python and in Go.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestStep(t *testing.T)
		x := torch.Rand(torch.Shape{8, 4})
		want := twin.Run(t, `
			torch.manual_seed(1)
			model = torch.nn.Linear(4, 2)
			optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
			loss = model(inputs["x"]).square().mean()
			loss.backward()
			optimizer.step()
			save(loss=loss, weight=model.weight)
		`, map[string]*torch.Tensor{"x": x})

		torch.ManualSeed(1)
		model := nn.NewLinear(4, 2)
		optimizer := optim.NewSGD(nn.Parameters(model), optim.LR(0.1))
		loss := model.Forward(x).Square().Mean()
		loss.Backward()
		optimizer.Step()
		twin.RequireEqual(t, want["loss"], loss)
		twin.RequireEqual(t, want["weight"], model.Weight.Tensor)
	}
}

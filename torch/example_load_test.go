package torch_test

import (
	"fmt"
	"os"
	"path/filepath"

	"multitorch/nn"
	"multitorch/torch"
)

// A checkpoint that a Python program wrote with
//
//	torch.save({"epoch": epoch, "model": model.state_dict()}, "checkpoint.pt")
//
// is brought into the same model in Go.
func ExampleLoad() {
	value, err := torch.Load("testdata/checkpoint.pt")
	if err != nil {
		fmt.Println(err)
		return
	}
	checkpoint, ok := value.(*torch.Dict)
	if !ok {
		fmt.Printf("expected a dict, found a %T\n", value)
		return
	}
	inner, err := checkpoint.Dict("model")
	if err != nil {
		fmt.Println(err)
		return
	}
	state, err := inner.Tensors()
	if err != nil {
		fmt.Println(err)
		return
	}
	model := nn.NewLinear(3, 2)
	if err := nn.LoadStateDict(model, state); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("epoch", checkpoint.Get("epoch"))
	fmt.Println(torch.ToSlice[float32](model.Forward(torch.New([][]float32{{1, 2, 3}}))))
	// Output:
	// epoch 3
	// [1.5 2.5]
}

// In Python: torch.load("model.pt", weights_only=True).
func ExampleSave() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.pt")
	model := nn.NewLinear(3, 2)
	if err := torch.Save(path, map[string]any{"epoch": 3, "model": nn.StateDict(model)}); err != nil {
		fmt.Println(err)
		return
	}
	tensors, err := torch.LoadTensors(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range tensors {
		fmt.Println(t.Name, t.Tensor.Shape())
	}
	// Output:
	// model.weight [2 3]
	// model.bias [2]
}

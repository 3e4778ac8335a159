package multimodal_test

import (
	"fmt"

	"multitorch/multimodal"
	"multitorch/torch"
)

// Encoders by name, a fusion and a head; the second sample has no text.
func ExampleNew() {
	text := multimodal.NewModality("text", "gru")
	text.Words = 1000
	config := multimodal.NewConfig(10, multimodal.NewModality("image", "cnn"), text)
	config.Fusion = "gated"
	model, err := multimodal.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	in := multimodal.Inputs{
		Of: map[string]multimodal.Input{
			"image": {Data: torch.Randn(torch.Shape{2, 3, 32, 32})},
			"text":  {Data: torch.New([][]int64{{7, 5, 9}, {0, 0, 0}}), Lengths: torch.New([]int64{3, 0})},
		},
		Present: torch.New([][]bool{{true, true}, {true, false}}),
	}
	fmt.Println(model.Forward(in).Shape())
	fmt.Println(model.Forward(in.Without("image")).Shape()) // the same model without pictures
	// Output:
	// [2 10]
	// [2 10]
}

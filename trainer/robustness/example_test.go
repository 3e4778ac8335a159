package robustness_test

import (
	"fmt"

	"multitorch/multimodal"
	"multitorch/torch"
	"multitorch/trainer/robustness"
)

// A "model" that reads one of two modalities: what it reaches without each.
func ExampleAblation() {
	target := torch.New([]float32{1, 0, 1, 0})
	in := multimodal.Inputs{Of: map[string]multimodal.Input{
		"image": {Data: target.Unsqueeze(1)}, "text": {Data: torch.Zeros(torch.Shape{4, 1})},
	}}
	accuracy := func(alter robustness.Alter) (float64, error) {
		image, ok := alter(in).Of["image"]
		if !ok {
			return 0.5, nil // guesses
		}
		return image.Data.Select(1, 0).Eq(target).To(torch.Float32).Mean().Item(), nil
	}
	figures, err := robustness.Ablation([]string{"image", "text"}, accuracy)
	fmt.Println(figures, err)
	// Output: [{ 1} {image 0.5} {text 1}] <nil>
}

package ensemble_test

import (
	"fmt"

	"multitorch/multimodal/ensemble"
	"multitorch/torch"
)

func ExampleProbabilities() {
	image := torch.New([][]float32{{2, 0}})
	text := torch.New([][]float32{{0, 1}})
	fmt.Println(ensemble.Probabilities(nil, image, text).Argmax(1).Item())
	fmt.Println(ensemble.Probabilities([]float64{1, 9}, image, text).Argmax(1).Item())
	// Output:
	// 0
	// 1
}

package objective_test

import (
	"fmt"

	"multitorch/multimodal/objective"
	"multitorch/torch"
)

// A loss of each modality beside the fused one, and what each came to.
func ExampleWeighted() {
	losses := objective.NewWeighted(map[string]float64{"fused": 1, "image": 0.5, "text": 0.5})
	total := losses.Sum(
		objective.Term{Name: "fused", Loss: torch.ScalarTensor(1.)},
		objective.Term{Name: "image", Loss: torch.ScalarTensor(2.)},
		objective.Term{Name: "text", Loss: torch.ScalarTensor(4.)},
	)
	fmt.Println(total.Item(), losses.Means())
	// Output: 4 [{fused 1} {image 2} {text 4}]
}

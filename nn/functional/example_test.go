package functional_test

import (
	"fmt"

	"multitorch/nn"
	F "multitorch/nn/functional"
	"multitorch/torch"
)

// A forward pass with weights of one's own.
func Example() {
	x := torch.Ones(torch.Shape{1, 1, 4, 4})
	weight := torch.Ones(torch.Shape{2, 1, 3, 3})
	x = F.MaxPool2d(F.ReLU(F.Conv2d(x, weight, nil, nn.Padding(1))), 2)
	scores := F.Linear(x.Flatten(1, -1), torch.Ones(torch.Shape{3, 8}), nil)
	loss := F.CrossEntropy(scores, torch.New([]int{2}), nn.LabelSmoothing(0.1))
	fmt.Println(scores)
	fmt.Printf("%.4f\n", loss.Item())
	// Output:
	// tensor([[72., 72., 72.]])
	// 1.0986
}

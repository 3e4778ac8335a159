package fusion_test

import (
	"fmt"

	"multitorch/multimodal/fusion"
	"multitorch/nn"
	"multitorch/torch"
)

// Two modalities, of which the second sample lacks the text.
func ExampleNewLowRank() {
	image, text := torch.Randn(torch.Shape{2, 10}), torch.Randn(torch.Shape{2, 10})
	present := torch.New([][]bool{{true, true}, {true, false}})

	f := fusion.NewLowRank([]int{10, 10}, 2, fusion.Rank(1))
	fused := f.Forward([]*torch.Tensor{image, text}, present)
	fmt.Println(fused.Shape(), nn.NumParameters(f))
	// Output: [2 2] 47
}

// A fusion by its name.
func ExampleNew() {
	f, err := fusion.New("gated", []int{64, 32}, 16)
	fmt.Println(f.OutputSize(), err)
	_, err = fusion.New("gate", []int{64, 32}, 16)
	fmt.Println(err != nil)
	// Output:
	// 16 <nil>
	// true
}

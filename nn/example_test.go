package nn_test

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// A classifier of small pictures: made, printed, and one step of training.
func Example() {
	torch.ManualSeed(0)
	model := nn.NewSequential(
		nn.NewConv2d(3, 8, 3, nn.Padding(1)),
		nn.NewReLU(),
		nn.NewAdaptiveAvgPool2d(1),
		nn.NewFlatten(),
		nn.NewLinear(8, 10),
	)
	fmt.Println(nn.Describe(model))
	fmt.Println(nn.NumParameters(model), "parameters")

	criterion := nn.NewCrossEntropyLoss()
	images, targets := torch.Randn(torch.Shape{4, 3, 16, 16}), torch.New([]int{1, 0, 7, 3})
	loss := criterion.Forward(model.Forward(images), targets)
	loss.Backward()
	for _, p := range nn.NamedParameters(model) {
		fmt.Println(p.Name, p.Grad().Shape())
	}
	// Output:
	// Sequential(
	//   (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
	//   (1): ReLU()
	//   (2): AdaptiveAvgPool2d(output_size=1)
	//   (3): Flatten(start_dim=1, end_dim=-1)
	//   (4): Linear(in_features=8, out_features=10, bias=True)
	// )
	// 314 parameters
	// 0.weight [8 3 3 3]
	// 0.bias [8]
	// 4.weight [10 8]
	// 4.bias [10]
}

// Sentences of 4, 2 and 3 tokens go through a GRU without their padding: hn is
// each sentence's state after its own last token.
func ExampleGRU_ForwardPacked() {
	embedding := nn.NewEmbedding(50, 16, nn.PaddingIdx(0))
	rnn := nn.NewGRU(16, 8, nn.BatchFirst(true))
	tokens := torch.New([][]int{{4, 8, 15, 16}, {23, 42, 0, 0}, {7, 7, 7, 0}})
	lengths := torch.New([]int{4, 2, 3})

	packed := nn.PackPaddedSequence(embedding.Forward(tokens), lengths, nn.BatchFirst(true), nn.EnforceSorted(false))
	output, hn := rnn.ForwardPacked(packed, nil)
	padded, _ := nn.PadPackedSequence(output, nn.BatchFirst(true))
	fmt.Println(padded.Shape(), hn.Shape())
	// Output: [3 4 8] [1 3 8]
}

// What goes wrong says where.
func ExampleLinear_errors() {
	model := nn.NewSequential(nn.NewLinear(4, 3), nn.NewReLU())
	nn.Train(model) // any walk over a model tells its modules where they are
	err := torch.Try(func() error {
		model.Forward(torch.Zeros(torch.Shape{2, 5}))
		return nil
	})
	fmt.Println(err)
	// Output: 0 (Linear): linear: expected an input whose last dimension has 4 elements (in_features), but got the shape [2, 5]; the weight is [3, 4], at example_test.go:65
}

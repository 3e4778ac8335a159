package nn_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
)

// What a model is made of, and what each part returns.
func ExampleSummary() {
	act := nn.NewReLU()
	model := nn.NewSequential(nn.NewConv2d(3, 64, 3, nn.Padding(1)), nn.NewBatchNorm2d(64), act, nn.NewMaxPool2d(2),
		nn.NewConv2d(64, 128, 3), act, nn.NewAdaptiveAvgPool2d(1), nn.NewFlatten()).
		With("head", nn.NewSequential(nn.NewDropout(0.5), nn.NewLinear(128, 1000)))
	nn.SetRequiresGrad(model.Get(0), false)
	fmt.Println(nn.Summary(model, func() { model.Forward(torch.Zeros(torch.Shape{1, 3, 32, 32})) }))
	// Output:
	// layer                  output shape         parameters  trainable   MiB
	// ───────────────────────────────────────────────────────────────────────
	// Sequential             [1, 1000]                     -          -     -
	// 0 (Conv2d)             [1, 64, 32, 32]           1,792          0  0.01
	// 1 (BatchNorm2d)        [1, 64, 32, 32]             128        128  0.00
	// 2 (ReLU)               [1, 128, 14, 14] ×2           -          -     -
	// 3 (MaxPool2d)          [1, 64, 16, 16]               -          -     -
	// 4 (Conv2d)             [1, 128, 14, 14]         73,856     73,856  0.28
	// 6 (AdaptiveAvgPool2d)  [1, 128, 1, 1]                -          -     -
	// 7 (Flatten)            [1, 128]                      -          -     -
	// head (Sequential)      [1, 1000]                     -          -     -
	// head.0 (Dropout)       [1, 128]                      -          -     -
	// head.1 (Linear)        [1, 1000]               129,000    129,000  0.49
	// ───────────────────────────────────────────────────────────────────────
	// total                                          204,776    202,984  0.78
}

// TestSummaryChangesNothing: modes, averages, random numbers, hooks and the number of tensors stay.
func TestSummaryChangesNothing(t *testing.T) {
	m := newNet() // shares a weight, and a module
	nn.Eval(m.Norm)
	x := torch.Randn(torch.Shape{5, 4})
	torch.ManualSeed(1)
	want := torch.Rand(torch.Shape{1}).Item()
	torch.ManualSeed(1)
	leak.CollectorOff(t)
	before := torch.LiveTensors()
	text := nn.Summary(m, func() { m.Forward(x); torch.Rand(torch.Shape{2}) })
	require.Equal(t, before, torch.LiveTensors())
	require.Equal(t, want, torch.Rand(torch.Shape{1}).Item())
	require.True(t, m.Training())
	require.False(t, m.Norm.Training())
	require.Zero(t, m.Norm.NumBatchesTracked.Item())
	require.Regexp(t, `net +\[5, 2\] +- `, text)
	require.Regexp(t, `heads\.0 \(Linear\) +\[5, 3\] ×2 +12 `, text)
	require.Regexp(t, fmt.Sprintf(`total +%d +%d`, nn.NumParameters(m), nn.NumParameters(m)), text)
	require.NotContains(t, nn.Summary(m, nil), "[5, 2]")
}

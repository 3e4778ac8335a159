package nn_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

// TestLossesWithoutTensors: nil in place of any tensor is an error of the loss's.
func TestLossesWithoutTensors(t *testing.T) {
	for _, m := range []nn.Module{
		nn.NewL1Loss(), nn.NewMSELoss(), nn.NewCrossEntropyLoss(), nn.NewNLLLoss(), nn.NewBCELoss(), nn.NewBCEWithLogitsLoss(),
		nn.NewPoissonNLLLoss(), nn.NewGaussianNLLLoss(), nn.NewKLDivLoss(), nn.NewHuberLoss(), nn.NewSmoothL1Loss(), nn.NewSoftMarginLoss(),
		nn.NewHingeEmbeddingLoss(), nn.NewMultiLabelMarginLoss(), nn.NewMultiLabelSoftMarginLoss(), nn.NewMultiMarginLoss(),
		nn.NewMarginRankingLoss(), nn.NewCosineEmbeddingLoss(), nn.NewTripletMarginLoss(), nn.NewTripletMarginWithDistanceLoss(),
		nn.NewCTCLoss(), nn.NewPairwiseDistance(), nn.NewCosineSimilarity(),
	} {
		forward := reflect.ValueOf(m).MethodByName("Forward")
		for missing := range forward.Type().NumIn() {
			args := make([]reflect.Value, forward.Type().NumIn())
			for i := range args {
				args[i] = reflect.ValueOf(torch.Ones(torch.Shape{2, 2}))
			}
			args[missing] = reflect.ValueOf((*torch.Tensor)(nil))
			err := torch.Try(func() error { forward.Call(args); return nil })
			var e *torch.Error
			require.ErrorAs(t, err, &e, "%s without tensor %d", nn.Describe(m), missing)
			require.NotEmpty(t, e.Module, nn.Describe(m))
		}
	}
}

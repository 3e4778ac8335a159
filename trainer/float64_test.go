package trainer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

// Losses that are of the dtype and on the device in which they are looked at are their own tensors, not views to be freed twice.
func TestNaNPoliciesInFloat64(t *testing.T) {
	for _, p := range []trainer.NaNPolicy{trainer.NaNFail, trainer.NaNSkip} {
		fit, model := newTrainer(t, 4)
		nn.To(model, torch.Float64)
		criterion := nn.NewCrossEntropyLoss()
		fit.NaN, fit.Accumulate = p, 2
		fit.Step = func(b point) (*torch.Tensor, metrics.Classified) {
			scores := model.FC.Forward(b.X.Double())
			return criterion.Forward(scores, b.Class), metrics.Classified{Scores: scores, Target: b.Class}
		}
		var live []int
		hook(fit, onEpoch(func(trainer.Epoch) error {
			tensors, _ := leak.Settled()
			live = append(live, tensors)
			return nil
		}))
		require.NoError(t, fit.Fit(t.Context()))
		require.InDelta(t, live[1], live[3], 4, "tensors after epochs: %v", live)
	}
}

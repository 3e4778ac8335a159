package hooks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/lr_scheduler"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

// A schedule takes one step for each of the training.
func TestSchedule(t *testing.T) {
	optimizer := optim.NewSGD(nn.Parameters(nn.NewLinear(1, 1)), optim.LR(1))
	scheduler := lr_scheduler.NewCosineAnnealingLR(optimizer, 4)
	h := &hooks.Schedule{Scheduler: scheduler}
	var on trainer.OnStep = h
	rates := []float64{}
	for range 4 {
		optimizer.Step()
		require.NoError(t, on.OnStep(trainer.Step{}))
		rates = append(rates, scheduler.GetLastLR()...)
	}
	require.InDeltaSlice(t, []float64{0.853553, 0.5, 0.146447, 0}, rates, 1e-6)
	require.Equal(t, "schedule", h.Name())
}

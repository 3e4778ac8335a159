package lr_scheduler_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	lrs "multitorch/optim/lr_scheduler"
)

func TestPrint(t *testing.T) {
	o := newOptimizer("SGD")
	groups := o.ParamGroups()
	groups[0].LR, groups[1].LR = 0.5, 2
	s := lrs.NewStepLR(o, 2)
	require.Equal(t, "StepLR(last_epoch=0, last_lr=[0.5, 2.0])", fmt.Sprint(s))
	o.Step()
	s.Step()
	require.Equal(t, "StepLR(last_epoch=1, last_lr=[0.5, 2.0])", fmt.Sprint(s))
	s.Step(1.5)
	require.Equal(t, "StepLR(last_epoch=1.5, last_lr=[0.5, 2.0])", fmt.Sprint(s))
	plateau := lrs.NewReduceLROnPlateau(o)
	plateau.Step(1)
	require.Equal(t, "ReduceLROnPlateau(last_epoch=1, last_lr=[0.5, 2.0])", fmt.Sprint(plateau))
	require.Equal(t, "ChainedScheduler([StepLR(last_epoch=1.5, last_lr=[0.5, 2.0])])", fmt.Sprint(lrs.NewChainedScheduler(s)))
	require.Equal(t, "<nil>", fmt.Sprint((*lrs.StepLR)(nil)))
}

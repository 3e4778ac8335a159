package trainer_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/trainer"
)

// phases notes all phases of a run.
type phases []string

func (*phases) Name() string { return "phases" }

func (p *phases) OnPhase(phase trainer.Phase) { *p = append(*p, phase.String()) }

func TestPhases(t *testing.T) {
	var seen phases
	r, _ := newTrainer(t, 2)
	r.Accumulate = 2
	hook(r, &seen)
	require.NoError(t, r.Fit(context.Background()))
	batch := "data forward backward metrics "
	step := "optimizer hooks "
	epoch := batch + batch + step + batch + step + "data none validation none "
	require.Equal(t, strings.Fields(epoch+epoch), []string(seen))
	require.Equal(t, "Phase(99)", trainer.Phase(99).String())
}

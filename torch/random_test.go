package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

func TestRNGStateRoundTrip(t *testing.T) {
	torch.ManualSeed(5)
	torch.Randn(torch.Shape{3}) // an odd count leaves half a pair of normal numbers in the state
	state := torch.RNGState()
	first := torch.Cat([]*torch.Tensor{torch.Randn(torch.Shape{5}), torch.Rand(torch.Shape{20})}, 0)
	other := torch.Rand(torch.Shape{25})
	torch.SetRNGState(state)
	requireSame(t, first, torch.Cat([]*torch.Tensor{torch.Randn(torch.Shape{5}), torch.Rand(torch.Shape{20})}, 0))
	requireSame(t, other, torch.Rand(torch.Shape{25}))

	// The state is a copy: drawing does not change it.
	requireSame(t, state, func() *torch.Tensor { torch.SetRNGState(state); return torch.RNGState() }())
	for _, bad := range []*torch.Tensor{torch.Zeros(torch.Shape{3}, torch.Uint8), torch.Zeros(state.Shape())} {
		require.Error(t, torch.Try(func() error { torch.SetRNGState(bad); return nil }))
		requireSame(t, state, torch.RNGState())
	}
}

func TestGeneratorsDrawByThemselves(t *testing.T) {
	torch.ManualSeed(1)
	state := torch.RNGState()
	g := torch.NewGenerator(1)
	own := torch.Rand(torch.Shape{4}, g)
	requireSame(t, state, torch.RNGState())
	requireSame(t, own, torch.Rand(torch.Shape{4}))
	require.NotEqual(t, own.Bytes(), torch.Rand(torch.Shape{4}, g).Bytes())
	require.Same(t, g, g.ManualSeed(1))
	requireSame(t, own, torch.Rand(torch.Shape{4}, g))
}

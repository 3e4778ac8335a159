package nn_test

import (
	stdrand "math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

// copiedModel has what a model may have beside its parts.
type copiedModel struct {
	nn.Base
	First, Same *nn.Linear
	Rest        []nn.Layer
	ByName      map[string]*nn.Linear
	Frozen      *nn.Parameter
	Count       *nn.Buffer
	hidden      *nn.Parameter
	random      *stdrand.Rand
	f           func() int
}

func TestDeepCopy(t *testing.T) {
	first := nn.NewLinear(2, 3)
	m := &copiedModel{
		First: first, Same: first, Rest: []nn.Layer{nn.NewBatchNorm1d(3), nn.NewReLU()}, ByName: map[string]*nn.Linear{"a": nn.NewLinear(1, 1)},
		Frozen: nn.NewParameter(torch.Ones(torch.Shape{2}), false), Count: nn.NewBuffer(torch.New(int64(3))),
		random: stdrand.New(stdrand.NewSource(1)), f: func() int { return 7 },
	}
	m.hidden = m.Frozen
	nn.Eval(m)
	c := nn.DeepCopy(m)

	require.Equal(t, nn.Describe(m), nn.Describe(c))
	require.False(t, c.Training())
	require.Same(t, c.First, c.Same)
	require.Same(t, c.hidden, c.Frozen)
	require.Same(t, m.random, c.random)
	require.Equal(t, 7, c.f())
	mine, theirs := nn.NamedParameters(m), nn.NamedParameters(c)
	require.Len(t, theirs, len(mine))
	for i, p := range mine {
		q := theirs[i]
		require.Equal(t, p.Name, q.Name)
		require.Equal(t, p.RequiresGrad(), q.RequiresGrad())
		require.True(t, q.IsLeaf() && equalTensors(p.Tensor, q.Tensor), p.Name)
		torch.NoGrad(func() { q.AddInplace(1) })
		require.False(t, equalTensors(p.Tensor, q.Tensor), p.Name)
	}
	require.Equal(t, 3.0, c.Count.Item())
	c.Count.AddInplace(1)
	require.Equal(t, 3.0, m.Count.Item())

	m.Frozen.Tensor = m.First.Weight.Mul(2)
	require.ErrorContains(t, torch.Try(func() error { nn.DeepCopy(m); return nil }), "was computed by MulBackward0: only leaves can be copied")
}

func equalTensors(a, b *torch.Tensor) bool { return a.Eq(b).All().ItemBool() }

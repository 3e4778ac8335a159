package nn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/nn"
	"multitorch/torch"
)

// TestSequentialProperties: a row of layers of random sizes has the parameters, the
// keys, the printed lines and the output's shape that its sizes say.
func TestSequentialProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, 7), 2, 7).Draw(t, "sizes")
		var layers []nn.Layer
		var keys []string
		count := 0
		for i, in := range sizes[:len(sizes)-1] {
			out := sizes[i+1]
			bias := rapid.Bool().Draw(t, "bias")
			keys = append(keys, fmt.Sprintf("%d.weight", len(layers)))
			count += in * out
			if bias {
				keys = append(keys, fmt.Sprintf("%d.bias", len(layers)))
				count += out
			}
			layers = append(layers, nn.NewLinear(in, out, nn.Bias(bias)))
			switch rapid.IntRange(0, 3).Draw(t, "between") {
			case 1:
				layers = append(layers, nn.NewReLU())
			case 2:
				layers = append(layers, nn.NewReLU(nn.Inplace(true)), nn.NewIdentity())
			case 3:
				layers = append(layers, nn.NewSequential(nn.NewTanh()))
			}
		}
		m := nn.NewSequential(layers...)
		require.Equal(t, count, nn.NumParameters(m))
		require.Equal(t, keys, parameterNames(m))
		require.Len(t, nn.Modules(m), 1+len(layers)+strings.Count(nn.Describe(m), "Tanh"))
		n := rapid.IntRange(0, 3).Draw(t, "n")
		x := torch.Randn(torch.Shape{n, sizes[0]})
		y := m.Forward(x)
		require.Equal(t, torch.Shape{n, sizes[len(sizes)-1]}, y.Shape())

		state := copied(nn.StateDict(m))
		for _, p := range nn.Parameters(m) {
			torch.NoGrad(func() { p.ZeroInplace() })
		}
		require.NoError(t, nn.LoadStateDict(m, state))
		require.True(t, torch.Equal(y, m.Forward(x)))
	})
}

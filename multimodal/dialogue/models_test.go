package dialogue_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/sortofclevr"
	"multitorch/internal/leak"
	"multitorch/multimodal/dialogue"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/optim"
	"multitorch/torch"
)

func configs() (all []dialogue.Config) {
	for _, kind := range dialogue.Kinds() {
		for _, input := range []sortofclevr.Input{sortofclevr.Pixels, sortofclevr.State} {
			for _, asked := range []sortofclevr.Asked{sortofclevr.Bits, sortofclevr.English, sortofclevr.Dialogue} {
				all = append(all, dialogue.Config{Kind: kind, Input: input, Asked: asked})
			}
		}
	}
	return all
}

func batch(t testing.TB, c dialogue.Config, n int) sortofclevr.Batch {
	indices := make([]int, n)
	for i := range indices {
		indices[i] = i
	}
	b, err := sortofclevr.Generate(sortofclevr.Options{Train: n, Test: 1}).Train.As(c.Input, c.Asked).GetBatch(t.Context(), indices)
	require.NoError(t, err)
	return b
}

func values(x *torch.Tensor) []float32 { return torch.ToSlice[float32](x.Contiguous().Flatten(0, -1)) }

// Every model scores all questions; every parameter takes part; and answers depend on the scene and on the question, not on
// other scenes.
func TestModels(t *testing.T) {
	for _, c := range configs() {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			model, err := dialogue.New(c)
			require.NoError(t, err)
			b := batch(t, c, 3)
			logits := model.Logits(b)
			require.Equal(t, torch.Shape{60, 10}, logits.Shape())
			functional.CrossEntropy(logits, b.Target.Flatten(0, -1)).Backward()
			for _, p := range nn.NamedParameters(model) {
				require.NotNil(t, p.Tensor.Grad(), "%s takes no part in the loss", p.Name)
			}

			nn.Eval(model)
			all := model.Logits(b)
			one := model.Logits(batch(t, c, 1))
			require.InDeltaSlice(t, values(one), values(all.Slice(0, 0, 20, 1)), 1e-4)

			other := b
			if c.Input == sortofclevr.Pixels {
				other.Image = other.Image.Flip(0)
			} else {
				other.State = other.State.Flip(0)
			}
			require.NotEqual(t, values(all.Slice(0, 0, 20, 1)), values(model.Logits(other).Slice(0, 0, 20, 1)))
			other = b
			if c.Asked == sortofclevr.Bits {
				other.Bits = other.Bits.Flip(1)
			} else {
				other.Tokens, other.Lengths = other.Tokens.Flip(1), other.Lengths.Flip(1)
			}
			require.NotEqual(t, values(all), values(model.Logits(other)))
		})
	}
}

func TestConfigCheck(t *testing.T) {
	good := dialogue.Config{Kind: dialogue.KindRN, Input: sortofclevr.State, Asked: sortofclevr.Bits}
	require.NoError(t, good.Check())
	for want, change := range map[string]func(*dialogue.Config){
		`the model "cnn": expected one of [focus rn film mlp]`:       func(c *dialogue.Config) { c.Kind = "cnn" },
		`the input "sound": expected pixels or state`:                func(c *dialogue.Config) { c.Input = "sound" },
		`the questions "french": expected bits, english or dialogue`: func(c *dialogue.Config) { c.Asked = "french" },
	} {
		c := good
		change(&c)
		_, err := dialogue.New(c)
		require.ErrorContains(t, err, want)
	}
}

// The relation network's formula, pair by pair, gives what Forward does.
func TestRelationNetworkIsItsFormula(t *testing.T) {
	m := dialogue.NewRelationNetwork(dialogue.Seen{Objects: 4, Features: 3}, 5, 10)
	o, q := torch.Randn(torch.Shape{2, 4, 3}), torch.Randn(torch.Shape{2, 6, 5})
	got := m.Forward(o, q)
	require.Equal(t, torch.Shape{2, 6, 10}, got.Shape())
	for n := range 2 {
		for k := range 6 {
			sum := torch.Zeros(torch.Shape{128})
			for j := range 4 {
				for i := range j {
					x := torch.Cat([]*torch.Tensor{o.Select(0, n).Select(0, i), o.Select(0, n).Select(0, j), q.Select(0, n).Select(0, k)}, 0)
					for _, layer := range m.G.All() {
						x = layer.Forward(x).ReLU()
					}
					sum = sum.Add(x)
				}
			}
			for i, layer := range m.F.All() {
				if i > 0 {
					sum = sum.ReLU()
				}
				sum = layer.Forward(sum)
			}
			require.InDeltaSlice(t, values(sum), values(got.Select(0, n).Select(0, k)), 1e-4)
		}
	}
}

// A dialogue that is asked question by question is the one that is asked at once.
func TestMemoryGoesOn(t *testing.T) {
	c := dialogue.Config{Kind: dialogue.KindRN, Input: sortofclevr.State, Asked: sortofclevr.Dialogue}
	model, err := dialogue.New(c)
	require.NoError(t, err)
	nn.Eval(model)
	b := batch(t, c, 2)
	whole := model.Logits(b).View(2, 20, 10)
	var memory *torch.Tensor
	for k := range 20 {
		one := b
		one.Tokens, one.Lengths = b.Tokens.Narrow(1, k, 1), b.Lengths.Narrow(1, k, 1)
		var logits *torch.Tensor
		logits, memory = model.Answer(one, memory)
		require.InDeltaSlice(t, values(whole.Select(1, k)), values(logits), 1e-4)
	}
}

func TestModelsLeakNothing(t *testing.T) {
	for _, c := range configs() {
		model, err := dialogue.New(c)
		require.NoError(t, err)
		optimizer := optim.NewAdam(nn.Parameters(model))
		step := func() {
			torch.Step(func() {
				b := batch(t, c, 1)
				loss := functional.CrossEntropy(model.Logits(b), b.Target.Flatten(0, -1))
				optimizer.ZeroGrad()
				loss.Backward()
				optimizer.Step()
			})
		}
		step()
		before := leak.CollectorOff(t)
		for range 3 {
			step()
		}
		require.Equal(t, before, torch.LiveTensors(), c)
	}
}

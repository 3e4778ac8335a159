package fusion_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/multimodal/fusion"
	"multitorch/nn"
	"multitorch/torch"
)

var sizes = []int{3, 5, 2}

const output = 8

// each makes every fusion by its name, with small settings.
func each(t *testing.T, sizes []int, f func(t *testing.T, m fusion.Fusion)) {
	for _, name := range fusion.Names() {
		t.Run(name, func(t *testing.T) {
			m, err := fusion.New(name, sizes, output, fusion.Hidden(8), fusion.Rank(2), fusion.Heads(2))
			require.NoError(t, err)
			for i := range sizes {
				require.Equal(t, fusion.ReadsSequence(m, i), fusion.Reads(name, i))
			}
			nn.Eval(m)
			f(t, m)
		})
	}
}

// features are random ones, sequences where they are read, with a mask in which the last element of some counts for nothing.
func features(m fusion.Fusion, n int) (xs, masks []*torch.Tensor) {
	for i, size := range sizes {
		if fusion.ReadsSequence(m, i) {
			xs = append(xs, torch.Randn(torch.Shape{n, 2 + i, size}))
			masks = append(masks, torch.Cat([]*torch.Tensor{
				torch.Ones(torch.Shape{n, 1 + i}, torch.Bool), torch.Rand(torch.Shape{n, 1}).Gt(0.5),
			}, 1))
		} else {
			xs, masks = append(xs, torch.Randn(torch.Shape{n, size})), append(masks, nil)
		}
	}
	return xs, masks
}

func forward(m fusion.Fusion, xs, masks []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	if s, ok := m.(fusion.OverSequences); ok {
		return s.ForwardMasked(xs, masks, present)
	}
	return m.Forward(xs, present)
}

func close32(t require.TestingT, want, got *torch.Tensor) {
	require.Equal(t, want.Shape(), got.Shape())
	require.InDeltaSlice(t, torch.ToSlice[float32](want.Detach().Flatten(0, -1)), torch.ToSlice[float32](got.Detach().Flatten(0, -1)), 1e-5)
}

// What stands in the place of a missing modality changes nothing: no bit of the result, of no sample, and no gradient.
func TestMissingChangesNothing(t *testing.T) {
	each(t, sizes, func(t *testing.T, m fusion.Fusion) {
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(1, 4).Draw(t, "samples")
			there := rapid.SliceOfN(rapid.Bool(), n*len(sizes), n*len(sizes)).Draw(t, "present")
			garbage := rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), 1e30, 0, 7}).Draw(t, "garbage")
			present := torch.FromSlice(there, n, len(sizes))
			xs, masks := features(m, n)
			var other []*torch.Tensor
			for i, x := range xs {
				hole := present.Select(1, i).Not().Unsqueeze(1)
				if x.Dim() == 3 {
					hole = hole.Unsqueeze(2)
				}
				other = append(other, x.MaskedFill(hole, garbage).SetRequiresGrad(true))
				x.SetRequiresGrad(true) // libtorch 2 multiplies matrices in another order where gradients are asked for
			}
			want := forward(m, xs, masks, present)
			got := forward(m, other, masks, present)
			require.Equal(t, torch.Shape{n, m.OutputSize()}, got.Shape())
			require.True(t, bytes.Equal(want.Bytes(), got.Bytes()))
			require.True(t, got.IsFinite().All().ItemBool())

			nn.ZeroGrad(m)
			got.Square().Sum().Backward()
			for i, x := range other {
				g := x.Grad()
				require.True(t, g.IsFinite().All().ItemBool())
				for s := range n {
					if !there[s*len(sizes)+i] {
						require.Zero(t, g.Select(0, s).Abs().Sum().Item())
					}
				}
			}
			for _, p := range nn.NamedParameters(m) {
				if p.Grad() != nil {
					require.True(t, p.Grad().IsFinite().All().ItemBool(), p.Name)
				}
			}

			// A sample's result is that of the sample alone.
			s := rapid.IntRange(0, n-1).Draw(t, "sample")
			var one, oneMask []*torch.Tensor
			for i := range xs {
				one = append(one, xs[i].Narrow(0, s, 1))
				if masks[i] != nil {
					masks[i] = masks[i].Narrow(0, s, 1)
				}
				oneMask = append(oneMask, masks[i])
			}
			close32(t, want.Narrow(0, s, 1), forward(m, one, oneMask, present.Narrow(0, s, 1)))
		})
	})
}

// Elements that a mask leaves out count for nothing either, and a mask of which all count is none.
func TestMaskedElementsChangeNothing(t *testing.T) {
	each(t, sizes, func(t *testing.T, m fusion.Fusion) {
		s, ok := m.(fusion.OverSequences)
		if !ok {
			xs, _ := features(m, 2)
			require.Equal(t, m.Forward(xs, nil).Bytes(), m.Forward(xs, torch.Ones(torch.Shape{2, 3}, torch.Bool)).Bytes())
			return
		}
		xs, masks := features(m, 3)
		want := s.ForwardMasked(xs, masks, nil)
		whole := make([]*torch.Tensor, len(xs))
		for i, mask := range masks {
			if mask != nil {
				xs[i] = xs[i].MaskedFill(mask.Not().Unsqueeze(2), math.NaN())
				whole[i] = torch.OnesLike(mask)
			}
		}
		require.Equal(t, want.Bytes(), s.ForwardMasked(xs, masks, nil).Bytes())
		xs, _ = features(m, 3)
		close32(t, s.Forward(xs, nil), s.ForwardMasked(xs, whole, torch.Ones(torch.Shape{3, 3}, torch.Bool)))
	})
}

// Every modality that is there tells in the result, and every parameter is trained.
func TestAllTakePart(t *testing.T) {
	each(t, sizes, func(t *testing.T, m fusion.Fusion) {
		nn.Train(m)
		xs, masks := features(m, 4)
		for _, x := range xs {
			x.SetRequiresGrad(true)
		}
		forward(m, xs, masks, nil).Square().Sum().Backward()
		for i, x := range xs {
			require.NotZero(t, x.Grad().Abs().Sum().Item(), "modality %d", i)
		}
		for _, p := range nn.NamedParameters(m) {
			require.NotNil(t, p.Grad(), p.Name)
		}
	})
}

func TestLowRankTrainsItsFactors(t *testing.T) {
	m := fusion.NewLowRank([]int{10, 10}, 2, fusion.Rank(1))
	require.Equal(t, 47, nn.NumParameters(m))
	require.Len(t, nn.Parameters(m), 4)
}

func TestErrors(t *testing.T) {
	each(t, sizes, func(t *testing.T, m fusion.Fusion) {
		x := func(shape ...int) *torch.Tensor { return torch.Zeros(shape) }
		good := []*torch.Tensor{x(2, 3), x(2, 5), x(2, 2)}
		for name, c := range map[string]struct {
			features []*torch.Tensor
			present  *torch.Tensor
			want     string
		}{
			"too few":       {good[:2], nil, "expected the features of 3 modalities, but got 2"},
			"nil":           {[]*torch.Tensor{good[0], nil, good[2]}, nil, "modality 1 are nil"},
			"width":         {[]*torch.Tensor{good[0], x(2, 4), good[2]}, nil, "of modality 1, with N as in the others, but got the shape [2 4]"},
			"samples":       {[]*torch.Tensor{good[0], x(3, 5), good[2]}, nil, "but got the shape [3 5]"},
			"dimensions":    {[]*torch.Tensor{x(2, 1, 1, 3), good[1], good[2]}, nil, "but got the shape [2 1 1 3]"},
			"present":       {good, x(2, 3), "expected present as bool [2, 3]"},
			"present shape": {good, torch.Ones(torch.Shape{2, 2}, torch.Bool), "expected present as bool [2, 3], but got [2 2]"},
		} {
			var e *torch.Error
			err := torch.Try(func() error { m.Forward(c.features, c.present); return nil })
			require.ErrorAs(t, err, &e, name)
			require.ErrorContains(t, err, c.want, name)
		}
		if s, ok := m.(fusion.OverSequences); ok {
			for want, masks := range map[string][]*torch.Tensor{
				"a mask for each of 3 modalities":       {nil},
				"the mask of modality 0 as bool [2, 1]": {x(2, 1), nil, nil},
				"mask of modality 0 as bool [2, 1], but got": {
					torch.Ones(torch.Shape{1, 1}, torch.Bool), nil, nil,
				},
			} {
				require.ErrorContains(t, torch.Try(func() error { s.ForwardMasked(good, masks, nil); return nil }), want)
			}
		}
	})
	for want, f := range map[string]func() error{
		`fusion "mean": expected one of ["concat"`:          func() error { _, err := fusion.New("mean", sizes, 1); return err },
		"expected the width of each modality":               func() error { _, err := fusion.New("sum", nil, 1); return err },
		"of 1 to 1048575 numbers, but got 0 for modality 1": func() error { _, err := fusion.New("concat", []int{1, 0}, 1); return err },
		"expected output from 1 to":                         func() error { _, err := fusion.New("sum", sizes, 0); return err },
		"expected rank from 1 to":                           func() error { _, err := fusion.New("low-rank", sizes, 1, fusion.Rank(-1)); return err },
		"option 0 is nil":                                   func() error { _, err := fusion.New("bilinear", sizes, 1, nil); return err },
		"more than 1048576 products":                        func() error { _, err := fusion.New("tensor", []int{99, 99, 999, 999}, 1); return err },
		"at least one that modulates it, but got 1":         func() error { _, err := fusion.New("film", []int{3}, 1); return err },
		"expected at least 2 modalities, but got 1":         func() error { _, err := fusion.New("cross-attention", []int{3}, 8); return err },
		"embed_dim must be divisible by num_heads":          func() error { _, err := fusion.New("early-concat", sizes, 8, fusion.Heads(3)); return err },
	} {
		require.ErrorContains(t, f(), want)
	}
}

// No sizes and settings, however large, take more memory than a small model has.
func TestNoFusionIsTooLarge(t *testing.T) {
	for _, name := range fusion.Names() {
		for _, opt := range []fusion.Config{{Hidden: 1 << 14, Heads: 1}, {Rank: 1 << 14}, {Hidden: 1 << 14, Heads: 1 << 14}} {
			for _, sizes := range [][]int{{1 << 14, 1 << 14, 1 << 14}, {1 << 19, 1}, {1 << 62, 1}, {1, 1 << 14}} {
				var e *torch.Error
				if m, err := fusion.New(name, sizes, 1<<14, opt); err != nil {
					require.ErrorAs(t, err, &e)
				} else {
					require.LessOrEqual(t, nn.NumParameters(m), 1<<27)
				}
			}
		}
	}
}

// A forward and a backward pass leave nothing but the gradients.
func TestLeavesNothing(t *testing.T) {
	each(t, sizes, func(t *testing.T, m fusion.Fusion) {
		nn.Train(m)
		pass := func() {
			torch.Step(func() {
				xs, masks := features(m, 4)
				xs[0].SetRequiresGrad(true)
				forward(m, xs, masks, torch.Rand(torch.Shape{4, 3}).Gt(0.3)).Sum().Backward()
			})
		}
		pass()
		before := torch.LiveTensors()
		for range 5 {
			pass()
		}
		require.LessOrEqual(t, torch.LiveTensors(), before) // less: garbage of other tests
	})
}

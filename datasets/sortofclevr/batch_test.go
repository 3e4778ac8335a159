package sortofclevr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/datasets/sortofclevr"
	"multitorch/internal/leak"
	"multitorch/torch"
)

func TestViews(t *testing.T) {
	data := sortofclevr.Generate(sortofclevr.Options{Train: 20, Test: 5})
	for _, input := range []sortofclevr.Input{sortofclevr.Pixels, sortofclevr.State} {
		for _, asked := range []sortofclevr.Asked{sortofclevr.Bits, sortofclevr.English, sortofclevr.Dialogue} {
			view := data.Train.As(input, asked)
			require.Equal(t, 20, view.Len())
			b, err := view.GetBatch(t.Context(), []int{3, 0, 19})
			require.NoError(t, err)
			require.Equal(t, 60, b.Samples())
			require.Equal(t, torch.Shape{3, 20}, b.Target.Shape())
			if input == sortofclevr.Pixels {
				require.Nil(t, b.State)
				require.Equal(t, torch.Shape{3, 3, 75, 75}, b.Image.Shape())
				for i, p := range torch.ToSlice[float32](b.Image.Select(0, 1).Flatten(0, -1)) {
					require.InDelta(t, float64(data.Train.Scenes[0].Pixels()[i])/255, p, 1e-6)
				}
			} else {
				require.Nil(t, b.Image)
				require.Equal(t, data.Train.Scenes[0].State(), torch.ToSlice[float32](b.State.Select(0, 1).Flatten(0, -1)))
			}
			kinds, targets := torch.ToNested[[][]int64](b.Kinds), torch.ToNested[[][]int64](b.Target)
			for k, i := range []int{3, 0, 19} {
				for j, turn := range data.Train.Dialogues[i] {
					q := turn.Question
					if asked == sortofclevr.Bits {
						q, _ = q.Canonical()
					}
					require.EqualValues(t, q.Kind, kinds[k][j])
					require.EqualValues(t, data.Train.Scenes[i].Answer(q), targets[k][j])
				}
			}
			if asked == sortofclevr.Bits {
				require.Nil(t, b.Tokens)
				want := data.Train.Dialogues[0][5].Bits()
				require.Equal(t, want[:], torch.ToSlice[float32](b.Bits.Select(0, 1).Select(0, 5)))
			} else {
				require.Nil(t, b.Bits)
				turn := data.Train.Dialogues[0][5]
				text := turn.Text()
				if asked == sortofclevr.Dialogue {
					text = turn.Spoken()
				}
				numbers, length, err := sortofclevr.Encode(sortofclevr.Words(text))
				require.NoError(t, err)
				require.Equal(t, numbers[:], torch.ToSlice[int64](b.Tokens.Select(0, 1).Select(0, 5)))
				require.EqualValues(t, length, b.Lengths.Select(0, 1).Select(0, 5).Item())
				require.NotContains(t, numbers[:length], int64(1))
			}
			refers := torch.ToSlice[int64](b.Refers.Select(0, 1))
			for j, turn := range data.Train.Dialogues[0] {
				want := turn.Refers
				if asked != sortofclevr.Dialogue {
					want = sortofclevr.Named
				}
				require.EqualValues(t, want, refers[j])
			}
			one, err := view.Get(0)
			require.NoError(t, err)
			require.Equal(t, torch.ToSlice[int64](b.Target.Select(0, 1)), torch.ToSlice[int64](one.Target.Select(0, 0)))
		}
	}
	b, err := data.Train.As(sortofclevr.State, sortofclevr.Dialogue).Naming(3).GetBatch(t.Context(), []int{2, 3})
	require.NoError(t, err)
	require.NotZero(t, b.Refers.Select(0, 0).Sum().Item())
	require.Zero(t, b.Refers.Select(0, 1).Sum().Item())
	english, err := data.Train.As(sortofclevr.State, sortofclevr.English).Get(3)
	require.NoError(t, err)
	require.Equal(t, torch.ToSlice[int64](english.Tokens.Flatten(0, -1)), torch.ToSlice[int64](b.Tokens.Select(0, 1).Flatten(0, -1)))
	_, err = data.Train.As(sortofclevr.State, sortofclevr.Bits).GetBatch(t.Context(), []int{20})
	require.ErrorContains(t, err, "expected an index from 0 to 19, but got 20")
}

func TestViewsLeakNothing(t *testing.T) {
	data := sortofclevr.Generate(sortofclevr.Options{Train: 64, Test: 1})
	before := leak.CollectorOff(t)
	for _, input := range []sortofclevr.Input{sortofclevr.Pixels, sortofclevr.State} {
		loader, err := datasets.NewBatchLoader(data.Train.As(input, sortofclevr.Dialogue), datasets.BatchSize(16), datasets.Workers(2))
		require.NoError(t, err)
		n := 0
		for b, err := range loader.All(t.Context()) {
			require.NoError(t, err)
			n += b.Samples()
		}
		require.Equal(t, 64*20, n)
	}
	require.Equal(t, before, torch.LiveTensors())
}

package multimodal_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

func retriever(t *testing.T, loss string) *multimodal.Retriever {
	c := multimodal.NewRetrieverConfig(modality("numbers"), modality("bag"))
	c.Size, c.Loss = 4, loss
	c.Item.Dropout, c.Item.WordDropout = 0, 0
	m, err := multimodal.NewRetriever(c)
	require.NoError(t, err)
	return m
}

// Both losses learn which of some numbers and texts belong together; the description makes the same retriever again.
func TestRetriever(t *testing.T) {
	for _, loss := range []string{"clip", "siglip"} {
		t.Run(loss, func(t *testing.T) {
			torch.ManualSeed(1)
			m := retriever(t, loss)
			queries := multimodal.Input{Data: torch.Randn(torch.Shape{5, 6})}
			items := multimodal.Input{Data: torch.New([][]int64{{2, 3}, {4, 0}, {5, 6}, {7, 8}, {9, 2}}), Lengths: torch.New([]int64{2, 1, 2, 2, 2})}
			optimizer := optim.NewAdam(nn.Parameters(m), optim.LR(0.03))
			for range 150 {
				l, _, _ := m.Loss(queries, items, nil)
				optimizer.ZeroGrad()
				l.Backward()
				optimizer.Step()
			}
			for _, p := range nn.NamedParameters(m) {
				require.NotNil(t, p.Grad(), p.Name)
			}
			nn.Eval(m)
			q, i := m.EncodeQueries(queries), m.EncodeItems(items)
			require.InDeltaSlice(t, []float32{1, 1, 1, 1, 1}, torch.ToSlice[float32](q.NormP(2, 1).Detach()), 1e-5)
			require.Equal(t, []int64{0, 1, 2, 3, 4}, torch.ToSlice[int64](q.Matmul(i.T()).Argmax(1)))

			text, err := json.Marshal(m.Config())
			require.NoError(t, err)
			var c multimodal.RetrieverConfig
			require.NoError(t, json.Unmarshal(text, &c))
			again, err := multimodal.NewRetriever(c)
			require.NoError(t, err)
			require.NoError(t, nn.LoadStateDict(again, nn.StateDict(m)))
			nn.Eval(again)
			require.Equal(t, q.Bytes(), again.EncodeQueries(queries).Bytes())
		})
	}
	for want, change := range map[string]func(*multimodal.RetrieverConfig){
		"size 0: expected 1":  func(c *multimodal.RetrieverConfig) { c.Size = 0 },
		`loss "l2": expected`: func(c *multimodal.RetrieverConfig) { c.Loss = "l2" },
		`modality "bag"`:      func(c *multimodal.RetrieverConfig) { c.Item.Words = 0 },
		`modality "numbers"`:  func(c *multimodal.RetrieverConfig) { c.Query.Width = 0 },
	} {
		c := multimodal.NewRetrieverConfig(modality("numbers"), modality("bag"))
		change(&c)
		_, err := multimodal.NewRetriever(c)
		require.ErrorContains(t, err, want)
	}
}

// Pairs of one vendor are that vendor's pictures, each with its own text.
func TestEmojiPairs(t *testing.T) {
	data, err := emoji10.Open(t.Context(), "", nil)
	require.NoError(t, err)
	side := data.Split(emoji10.Options{Test: 300}).Test
	require.Equal(t, 600, side.Len())
	all, one := multimodal.NewEmojiPairs(side), multimodal.NewEmojiPairs(side, 1)
	require.Equal(t, []int{600, 300}, []int{all.Len(), one.Len()})
	pairs, err := one.GetBatch(t.Context(), []int{7, 0})
	require.NoError(t, err)
	require.Equal(t, 2, pairs.Samples())
	same, err := all.GetBatch(t.Context(), []int{15, 1})
	require.NoError(t, err)
	require.Equal(t, same.Image.Bytes(), pairs.Image.Bytes())
	require.Equal(t, []int64{int64(side.At(15).Emoji), int64(side.At(1).Emoji)}, torch.ToSlice[int64](pairs.Group))
}

// Without strength nothing moves; with some the picture stays what it was about.
func TestJitter(t *testing.T) {
	x := torch.Randn(torch.Shape{3, 3, 16, 16})
	requireClose(t, x, multimodal.Jitter(x, 0, 0, 0))
	torch.ManualSeed(2)
	flat := torch.Full(torch.Shape{2, 3, 16, 16}, 0.5)
	requireClose(t, flat, multimodal.Jitter(flat, 30, 0.3, 0.3))
	moved := multimodal.Jitter(x, 10, 0.1, 0.1)
	require.Equal(t, x.Shape(), moved.Shape())
	require.NotEqual(t, x.Bytes(), moved.Bytes())
}

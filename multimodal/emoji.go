package multimodal

import (
	"context"

	"multitorch/datasets/emoji10"
	"multitorch/torch"
)

// Emoji is a side of the Emoji-10 data as tensors: a data set whose batches are
// cut out whole.
type Emoji struct {
	image, tokens, lengths, target *torch.Tensor
}

// NewEmoji copies a side of the data into tensors.
func NewEmoji(side *emoji10.Split) *Emoji { return NewEmojiTexts(side, nil) }

// NewEmojiTexts is NewEmoji with other tokens for the texts: those of a pretrained encoder's tokenizer, for each of the data's
// emoji. With nil they are the side's own.
func NewEmojiTexts(side *emoji10.Split, texts [][]int64) *Emoji {
	n, longest := side.Len(), emoji10.MaxTokens
	for _, text := range texts {
		longest = max(longest, len(text))
	}
	var image []uint8
	var tokens, lengths, target []int64
	for i := range n {
		s := side.At(i)
		words, length := s.Tokens, s.Length
		if texts != nil {
			words, length = texts[s.Emoji], len(texts[s.Emoji])
		}
		image = append(image, s.Image...)
		tokens = append(append(tokens, words...), make([]int64, longest-len(words))...)
		lengths = append(lengths, int64(length))
		target = append(target, int64(s.Label))
	}
	return &Emoji{
		image:   torch.FromSlice(image, n, 3, emoji10.ImageSize, emoji10.ImageSize),
		tokens:  torch.FromSlice(tokens, n, longest),
		lengths: torch.FromSlice(lengths),
		target:  torch.FromSlice(target),
	}
}

// Len is the number of samples.
func (e *Emoji) Len() int { return e.target.Size(0) }

// Get is one sample, as a batch of one.
func (e *Emoji) Get(index int) (Batch, error) { return e.GetBatch(context.Background(), []int{index}) }

// GetBatch is the samples at indices.
func (e *Emoji) GetBatch(_ context.Context, indices []int) (b Batch, err error) {
	err = torch.Try(func() error {
		index := torch.FromSlice(indices)
		defer index.Free()
		bytes := e.image.IndexSelect(0, index)
		defer bytes.Free()
		b = Batch{
			Image:   Pixels(bytes),
			Tokens:  e.tokens.IndexSelect(0, index),
			Lengths: e.lengths.IndexSelect(0, index),
			Target:  e.target.IndexSelect(0, index),
		}
		return nil
	})
	return b, err
}

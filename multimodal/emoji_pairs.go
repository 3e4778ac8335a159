package multimodal

import (
	"context"
	"math"

	"multitorch/datasets/emoji10"
	"multitorch/nn/functional"
	"multitorch/torch"
)

// Pair is a batch of pictures and the texts that belong to them.
type Pair struct {
	Batch
	Group *torch.Tensor // int64 [N]: which emoji each is, of which there are several pictures
}

// To moves a batch to a device. Lengths stay on the CPU, where packing wants them.
func (p Pair) To(d torch.Device) Pair {
	p.Batch, p.Group = p.Batch.To(d), p.Group.To(d)
	return p
}

// Samples is N.
func (p Pair) Samples() int { return p.Target.Size(0) }

// EmojiPairs is a side of the Emoji-10 data as pairs.
type EmojiPairs struct {
	*Emoji
	group   *torch.Tensor
	indices []int // which samples of the side; nil: all
}

// NewEmojiPairs copies a side of the data into tensors: the pictures of all vendors, or where one is named (an index into
// emoji10.Vendors) of that one.
func NewEmojiPairs(side *emoji10.Split, vendor ...int) *EmojiPairs {
	p := &EmojiPairs{Emoji: NewEmoji(side)}
	group := make([]int64, side.Len())
	for i := range group {
		s := side.At(i)
		group[i] = int64(s.Emoji)
		if len(vendor) > 0 && s.Vendor == vendor[0] {
			p.indices = append(p.indices, i)
		}
	}
	p.group = torch.FromSlice(group)
	return p
}

// Len is the number of pairs.
func (p *EmojiPairs) Len() int {
	if p.indices != nil {
		return len(p.indices)
	}
	return p.Emoji.Len()
}

// GetBatch is the pairs at indices.
func (p *EmojiPairs) GetBatch(ctx context.Context, indices []int) (pair Pair, err error) {
	if p.indices != nil {
		of := make([]int, len(indices))
		for i, at := range indices {
			of[i] = p.indices[at]
		}
		indices = of
	}
	if pair.Batch, err = p.Emoji.GetBatch(ctx, indices); err != nil {
		return pair, err
	}
	err = torch.Try(func() error {
		index := torch.FromSlice(indices)
		defer index.Free()
		pair.Group = p.group.IndexSelect(0, index)
		return nil
	})
	return pair, err
}

// Jitter turns, scales and shifts each of N images at random, by up to turn degrees, and up to the shares scale and shift
// of its side. It draws from the default generator.
func Jitter(images *torch.Tensor, turn, scale, shift float64) *torch.Tensor {
	n, d := images.Size(0), images.Device()
	within := func(most float64, dims ...int) *torch.Tensor {
		return torch.Rand(torch.Shape(dims), d).Mul(2).Sub(1).Mul(most)
	}
	angle, size := within(turn*math.Pi/180, n), within(scale, n).Add(1)
	cos, sin := angle.Cos().Mul(size), angle.Sin().Mul(size)
	at := within(2*shift, n, 2) // the side is 2 long
	theta := torch.Stack([]*torch.Tensor{
		torch.Stack([]*torch.Tensor{cos, sin.Neg(), at.Select(1, 0)}, 1), torch.Stack([]*torch.Tensor{sin, cos, at.Select(1, 1)}, 1),
	}, 1) // [N, 2, 3]
	grid := functional.AffineGrid(theta, images.Shape(), false)
	return functional.GridSample(images, grid, "bilinear", "border", false)
}

package dialogue

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Seen is the size of what a reasoner sees of a scene: a number of objects with features, which are a map's places and
// channels where Side is not 0.
type Seen struct {
	Objects, Features int
	Side              int // of a square map: Objects is its square
}

// Picture is the paper's CNN: convolutions of 3x3 that halve the picture, each with batch norm and ReLU.
type Picture struct {
	nn.Base
	Convs *nn.Sequential
}

// channels is the number of the CNN's channels.
const channels = 24

// NewPicture makes one for pictures of 75x75. For FiLM, whose own convolutions relate places, it has three layers, to 10x10
// places, otherwise the paper's four, to 5x5.
func NewPicture(kind Kind) (*Picture, Seen) {
	layers, side := 4, 5
	if kind == KindFiLM {
		layers, side = 3, 10
	}
	p := &Picture{Convs: nn.NewSequential()}
	in := 3
	for range layers {
		p.Convs.Append(nn.NewConv2d(in, channels, 3, nn.Stride(2), nn.Padding(1), nn.Bias(false)))
		p.Convs.Append(nn.NewBatchNorm2d(channels))
		p.Convs.Append(nn.NewReLU())
		in = channels
	}
	return p, Seen{side * side, channels, side}
}

// Forward maps pictures [N, 3, 75, 75] to maps [N, 24, side, side].
func (m *Picture) Forward(x *torch.Tensor) *torch.Tensor {
	return m.Convs.Forward(x.RSub(1)) // white is nothing: 0
}

// objects are a map's places as objects [N, H·W, C+2], with the place itself, from -1 to 1, as the last two features. What
// has no places stays as it is.
func objects(seen *torch.Tensor) *torch.Tensor {
	if seen.Dim() != 4 {
		return seen
	}
	n, h, w := seen.Size(0), seen.Size(2), seen.Size(3)
	x := torch.Linspace(-1, 1, w, seen.Device()).View(1, 1, 1, w).Expand(n, 1, h, w)
	y := torch.Linspace(-1, 1, h, seen.Device()).View(1, 1, h, 1).Expand(n, 1, h, w)
	return torch.Cat([]*torch.Tensor{seen, x, y}, 1).Flatten(2, -1).Transpose(1, 2)
}

// ofObjects is the size of what objects returns.
func (s Seen) ofObjects() (count, features int) {
	if s.Side > 0 {
		return s.Objects, s.Features + 2
	}
	return s.Objects, s.Features
}

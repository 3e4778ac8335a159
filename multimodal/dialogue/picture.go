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

// Picture is the paper's CNN: convolutions of 3x3 that halve the picture, each with ReLU and batch norm.
type Picture struct {
	nn.Base
	Convs *nn.Sequential
	Slots *Slots // nil: the map is what is seen
}

// channels is the number of the CNN's channels.
const channels = 24

// NewPicture makes one for pictures of 75x75. For FiLM, whose own convolutions relate places, and for slots it has three
// layers, to 10x10 places, otherwise the paper's four, to 5x5.
func NewPicture(kind Kind, slots int) (*Picture, Seen) {
	layers, side := 4, 5
	if kind == KindFiLM || slots > 0 {
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
	if slots > 0 {
		p.Slots = NewSlots(channels, slots)
		return p, Seen{Objects: slots, Features: slotSize}
	}
	return p, Seen{side * side, channels, side}
}

// Forward maps pictures [N, 3, 75, 75] to maps [N, 24, side, side], or to slots [N, slots, 32].
func (m *Picture) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.Convs.Forward(x.RSub(1)) // white is nothing: 0
	if m.Slots != nil {
		return m.Slots.Forward(x)
	}
	return x
}

// Slots finds a number of objects in a map: each slot looks where its learned query finds most of what it looks for, such
// as a colour, and is the mean of what is there, features and place. A relation network has some dozens of pairs of them
// where it has hundreds of pairs of places.
type Slots struct {
	nn.Base
	Query *nn.Linear // one row for each slot
	Value *nn.Linear
}

// slotSize is the length of what a slot holds.
const slotSize = 32

// NewSlots makes one for maps of the given channels.
func NewSlots(channels, slots int) *Slots {
	return &Slots{Query: nn.NewLinear(channels, slots), Value: nn.NewLinear(channels+2, slotSize)}
}

// Forward maps maps [N, C, H, W] to objects [N, slots, 32].
func (m *Slots) Forward(x *torch.Tensor) *torch.Tensor {
	weights := m.Query.Forward(x.Flatten(2, -1).Transpose(1, 2)).Softmax(1) // [N, H·W, slots]
	return weights.Transpose(1, 2).Matmul(m.Value.Forward(objects(x)).ReLU())
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

package multimodal

import (
	"multitorch/nn"
	"multitorch/torch"
)

// CNN encodes images by convolutions, each followed by ReLU and pooling, then dropout and a linear layer: for 32 pixels
// the image encoder of the tutorial. Larger ones get more convolutions, until 8x8 cells are left.
type CNN struct {
	nn.Base
	Convs    []*nn.Conv2d
	Pool     *nn.MaxPool2d
	Cells    *nn.AdaptiveAvgPool2d // to the same number of cells for images of any size; nil where sequences are read
	Dropout  *nn.Dropout
	FC       *nn.Linear // nil where sequences are read
	channels int
	size     int
}

// cells is the side of what a CNN's linear layer sees, and grid that of its sequences, few enough for pairs of them.
const cells, grid = 8, 4

func newCNN(m Modality, sequence bool) *CNN {
	e := &CNN{Pool: nn.NewMaxPool2d(2), Dropout: nn.NewDropout(m.Dropout), channels: m.Channels, size: m.Size}
	in, out, left := m.Channels, 16, cells
	if sequence {
		left = grid
	}
	for side := m.ImageSize; len(e.Convs) == 0 || side >= 2*left; side /= 2 {
		e.Convs = append(e.Convs, nn.NewConv2d(in, out, 3, nn.Padding(1)))
		in, out = out, min(2*out, 128)
	}
	if !sequence {
		e.Cells = nn.NewAdaptiveAvgPool2d(cells)
		e.FC = nn.NewLinear(in*cells*cells, m.Size)
	}
	return e
}

// OutputSize is the width of the features.
func (m *CNN) OutputSize() int { return m.size }

// Encode maps images [N, channels, H, W] to features [N, OutputSize()].
func (m *CNN) Encode(in Input) *torch.Tensor {
	if m.FC == nil {
		panic(invalid("CNN", "this encoder was made for a fusion that reads sequences"))
	}
	x := m.maps(in)
	if x.Size(2) != cells || x.Size(3) != cells {
		x = m.Cells.Forward(x)
	}
	return m.FC.Forward(m.Dropout.Forward(x.Flatten(1, -1))).ReLU()
}

func (m *CNN) maps(in Input) *torch.Tensor {
	expectImages(in, "CNN", m.channels, 1<<len(m.Convs))
	x := in.Data
	for _, conv := range m.Convs {
		x = m.Pool.Forward(conv.Forward(x).ReLU())
	}
	return x
}

func expectImages(in Input, encoder string, channels, least int) {
	want := "images [N, " + number(channels) + ", height, width] of at least " + number(least) + " pixels a side"
	expect(in, encoder, want, func(s torch.Shape) bool {
		return len(s) == 4 && s[1] == channels && s[2] >= least && s[3] >= least
	})
}

// SequenceSize is the width of a cell: its channels, and where it is.
func (m *CNN) SequenceSize() int { return m.Convs[len(m.Convs)-1].Weight.Size(0) + 2 }

// EncodeSequence maps images to the features of 16 cells, [N, 16, SequenceSize()].
func (m *CNN) EncodeSequence(in Input) (elements, mask *torch.Tensor) { return placed(m.maps(in)), nil }

// placed are the cells of maps [N, C, H, W] as a sequence, each with its place, from -1 to 1, behind its channels: which of
// them a cell is can't be told otherwise (Santoro et al. 2017).
func placed(maps *torch.Tensor) *torch.Tensor {
	if maps.Size(2) != grid || maps.Size(3) != grid {
		maps = nn.NewAdaptiveAvgPool2d(grid).Forward(maps)
	}
	along := torch.Linspace(-1, 1, grid, maps.DType(), maps.Device())
	shape := []int{maps.Size(0), 1, grid, grid}
	x := torch.Cat([]*torch.Tensor{maps, along.View(1, 1, 1, -1).Expand(shape...), along.View(1, 1, -1, 1).Expand(shape...)}, 1)
	return x.Flatten(2, -1).Transpose(1, 2)
}

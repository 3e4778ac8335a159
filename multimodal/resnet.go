package multimodal

import (
	"multitorch/nn"
	"multitorch/torch"
)

// ResNet encodes images by residual blocks (He et al., "Deep Residual Learning for Image Recognition", 2016), laid out as
// its authors do for small pictures: ResNet-8, three stages of 16, 32 and 64 channels, with one block each, and the mean
// over the picture. Its names are torchvision's.
type ResNet struct {
	nn.Base
	Conv1  *nn.Conv2d
	Bn1    *nn.BatchNorm2d
	Layer1 []*BasicBlock
	Layer2 []*BasicBlock
	Layer3 []*BasicBlock
	FC     *nn.Linear // nil where sequences are read
	size   int
}

// BasicBlock is two convolutions beside their input.
type BasicBlock struct {
	nn.Base
	Conv1      *nn.Conv2d
	Bn1        *nn.BatchNorm2d
	Conv2      *nn.Conv2d
	Bn2        *nn.BatchNorm2d
	Downsample *nn.Sequential // brings the input to the output's shape; nil where it has that
}

func newBasicBlock(in, out, stride int) *BasicBlock {
	m := &BasicBlock{
		Conv1: nn.NewConv2d(in, out, 3, nn.Stride(stride), nn.Padding(1), nn.Bias(false)), Bn1: nn.NewBatchNorm2d(out),
		Conv2: nn.NewConv2d(out, out, 3, nn.Padding(1), nn.Bias(false)), Bn2: nn.NewBatchNorm2d(out),
	}
	if in != out || stride != 1 {
		m.Downsample = nn.NewSequential(nn.NewConv2d(in, out, 1, nn.Stride(stride), nn.Bias(false)), nn.NewBatchNorm2d(out))
	}
	return m
}

// Forward maps [N, in, H, W] to [N, out, H/stride, W/stride].
func (m *BasicBlock) Forward(x *torch.Tensor) *torch.Tensor {
	y := m.Bn1.Forward(m.Conv1.Forward(x)).ReLU()
	y = m.Bn2.Forward(m.Conv2.Forward(y))
	if m.Downsample != nil {
		x = m.Downsample.Forward(x)
	}
	return y.Add(x).ReLU()
}

func newResNet(m Modality, sequence bool) *ResNet {
	e := &ResNet{
		Conv1: nn.NewConv2d(m.Channels, 16, 3, nn.Padding(1), nn.Bias(false)), Bn1: nn.NewBatchNorm2d(16),
		Layer1: []*BasicBlock{newBasicBlock(16, 16, 1)},
		Layer2: []*BasicBlock{newBasicBlock(16, 32, 2)},
		Layer3: []*BasicBlock{newBasicBlock(32, 64, 2)},
		size:   m.Size,
	}
	if !sequence {
		e.FC = nn.NewLinear(64, m.Size)
	}
	return e
}

// OutputSize is the width of the features.
func (m *ResNet) OutputSize() int { return m.size }

// Encode maps images [N, channels, H, W] to features [N, OutputSize()].
func (m *ResNet) Encode(in Input) *torch.Tensor {
	if m.FC == nil {
		panic(invalid("ResNet", "this encoder was made for a fusion that reads sequences"))
	}
	return m.FC.Forward(m.maps(in).Mean(2, 3)).ReLU()
}

func (m *ResNet) maps(in Input) *torch.Tensor {
	expectImages(in, "ResNet", m.Conv1.Weight.Size(1), 4)
	x := m.Bn1.Forward(m.Conv1.Forward(in.Data)).ReLU()
	for _, layer := range [][]*BasicBlock{m.Layer1, m.Layer2, m.Layer3} {
		for _, block := range layer {
			x = block.Forward(x)
		}
	}
	return x
}

// SequenceSize is the width of a cell: its channels, and where it is.
func (m *ResNet) SequenceSize() int { return 64 + 2 }

// EncodeSequence maps images to the features of 16 cells, [N, 16, SequenceSize()].
func (m *ResNet) EncodeSequence(in Input) (elements, mask *torch.Tensor) {
	return placed(m.maps(in)), nil
}

package fashionmnist

import (
	"context"
	"fmt"

	"multitorch/torch"
)

// Example is a picture with its class, or a batch of them.
type Example struct {
	Image  *torch.Tensor // float32 [1, 28, 28], a batch [N, 1, 28, 28], from 0 to 1
	Target *torch.Tensor // int64 [], a batch [N]: index into Classes
}

// Side is the side to train on or the one to test on. It is a datasets.Dataset whose loaders cut their batches out whole.
type Side struct {
	pixels  *torch.Tensor // uint8 [N, 1, 28, 28]
	targets *torch.Tensor // int64 [N]
}

// NewSide makes a side of pictures, 784 bytes each, row by row, and their labels, 0 to 9. The error says so when their
// numbers differ or a label is none.
func NewSide(pixels, labels []uint8) (*Side, error) {
	if len(pixels) != len(labels)*Size*Size {
		return nil, fmt.Errorf("%d labels need %d pixels, found %d", len(labels), len(labels)*Size*Size, len(pixels))
	}
	targets := make([]int64, len(labels))
	for i, l := range labels {
		if l >= numClasses {
			return nil, fmt.Errorf("label %d is %d: expected 0 to %d", i, l, numClasses-1)
		}
		targets[i] = int64(l)
	}
	s := new(Side)
	err := torch.Try(func() error {
		s.pixels, s.targets = torch.FromSlice(pixels, len(labels), 1, Size, Size), torch.FromSlice(targets)
		return nil
	})
	return s, err
}

// Len is the number of pictures.
func (s *Side) Len() int { return s.targets.Size(0) }

// Pixels are all pictures, uint8 [N, 1, 28, 28], 0 to 255. They are the data set's own.
func (s *Side) Pixels() *torch.Tensor { return s.pixels }

// Targets are all classes, int64 [N]. They are the data set's own.
func (s *Side) Targets() *torch.Tensor { return s.targets }

// Get is the picture at an index. An index that the side doesn't have is an error.
func (s *Side) Get(index int) (e Example, err error) {
	if index < 0 || index >= s.Len() {
		return e, fmt.Errorf("fashionmnist: expected an index from 0 to %d, but got %d", s.Len()-1, index)
	}
	err = torch.Try(func() error {
		bytes := s.pixels.Select(0, index)
		defer bytes.Free()
		target := s.targets.Select(0, index)
		defer target.Free()
		e = Example{floats(bytes), target.Clone()}
		return nil
	})
	return e, err
}

// GetBatch is the pictures at indices.
func (s *Side) GetBatch(_ context.Context, indices []int) (e Example, err error) {
	err = torch.Try(func() error {
		index := torch.FromSlice(indices)
		defer index.Free()
		bytes := s.pixels.IndexSelect(0, index)
		defer bytes.Free()
		e = Example{floats(bytes), s.targets.IndexSelect(0, index)}
		return nil
	})
	return e, err
}

// floats is torchvision's ToTensor.
func floats(bytes *torch.Tensor) *torch.Tensor { return bytes.To(torch.Float32).DivInplace(255) }

package image

import (
	"fmt"

	"multitorch/torch"
)

// Transform makes a picture of a picture, at random or not. What it draws it draws from r.
//
// Those of this package are structs with the names of torchvision, whose fields are its keyword arguments; a field that is
// left out is torchvision's default. With the same numbers from r they do the same as torchvision's with Pillow's pictures.
type Transform interface {
	Transform(m *Image, r *Rand) *Image
}

// Func is a transform that draws nothing.
type Func func(m *Image) *Image

// Transform calls the function.
func (f Func) Transform(m *Image, _ *Rand) *Image { return f(m) }

// Compose is several transforms, one after the other.
type Compose []Transform

// Transform applies all of them.
func (c Compose) Transform(m *Image, r *Rand) *Image {
	for _, t := range c {
		m = t.Transform(m, r)
	}
	return m
}

// Sample applies the transforms with the stream of random numbers that belongs to a sample: the same seed and index give
// the same picture, whatever else is read and by however many workers. To see others in the next epoch, give it another
// seed. What does not fit the picture is an error.
func (c Compose) Sample(m *Image, seed int64, index int) (out *Image, err error) {
	err = torch.Try(func() error {
		out = c.Transform(m, NewRand(SampleSeed(seed, index)))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sample %d, a picture of %v: %w", index, m, err)
	}
	return out, nil
}

// Resize scales to a size. Width 0 scales the shorter side to Height.
type Resize struct {
	Height, Width int
	Filter        Filter // Bilinear
	Order         Order  // RowsFirst
}

// Transform scales.
func (t Resize) Transform(m *Image, _ *Rand) *Image {
	filter := orElse(t.Filter, Bilinear)
	if t.Width == 0 {
		return m.ResizeShorter(t.Height, filter, t.Order)
	}
	return m.Resize(t.Height, t.Width, filter, t.Order)
}

// CenterCrop cuts out the middle.
type CenterCrop struct{ Height, Width int }

// Transform cuts.
func (t CenterCrop) Transform(m *Image, _ *Rand) *Image { return m.CenterCrop(t.Height, t.Width) }

// Pad adds a border.
type Pad struct {
	Top, Left, Bottom, Right int
	Padding                  Padding // Constant
	Colour                   []uint8 // zeros
}

// Transform pads.
func (t Pad) Transform(m *Image, _ *Rand) *Image {
	return m.Pad(t.Top, t.Left, t.Bottom, t.Right, orElse(t.Padding, Constant), t.Colour...)
}

// Grayscale is luma in as many channels as there were colours.
type Grayscale struct{}

// Transform makes it grey.
func (Grayscale) Transform(m *Image, _ *Rand) *Image {
	if m.Channels == 1 {
		return m.Clone()
	}
	return m.Saturation(0)
}

// orElse is v, or what stands for the zero value.
func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

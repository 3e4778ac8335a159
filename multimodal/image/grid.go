package image

import (
	"multitorch/torch"
)

// GridConfig is how pictures are laid out by [MakeGrid]; the defaults of the zero value are torchvision's.
type GridConfig struct {
	Columns   int         // nrow in torchvision: 8
	Padding   *int        // pixels around each: 2
	Normalize bool        // stretch all to 0 to 1, from the smallest to the largest number or by Range
	Range     *[2]float64 // what is stretched; outside of it is cut off
	ScaleEach bool        // stretch each picture by itself
	PadValue  float64     // the colour between: 0
}

// MakeGrid lays pictures [N, C, H, W] out in rows and returns [C, H', W'], as torchvision's make_grid: grey ones become
// three channels, and a single one is returned as it is.
func MakeGrid(t *torch.Tensor, c GridConfig) *torch.Tensor {
	if t.Dim() != 4 || t.Size(0) < 1 || t.Numel() == 0 {
		panic(invalid("MakeGrid", "expected pictures [N, C, H, W], got %v", t.Shape()))
	}
	columns, padding := orElse(c.Columns, 8), 2
	if c.Padding != nil {
		padding = *c.Padding
	}
	if columns < 1 || padding < 0 || padding > maxSide {
		panic(invalid("MakeGrid", "expected at least 1 column and 0 pixels of padding, got %d and %d", columns, padding))
	}
	if t.Size(1) == 1 {
		t = torch.Cat([]*torch.Tensor{t, t, t}, 1)
	}
	if c.Normalize {
		t = c.stretched(t)
	}
	n, channels, h, w := t.Size(0), t.Size(1), t.Size(2)+padding, t.Size(3)+padding
	if n == 1 {
		return t.Squeeze(0)
	}
	across := min(columns, n)
	down := (n + across - 1) / across
	grid := torch.Full(torch.Shape{channels, h*down + padding, w*across + padding}, c.PadValue, t.DType(), t.Device())
	torch.NoGrad(func() {
		for i := range n {
			y, x := i/across*h+padding, i%across*w+padding
			grid.Narrow(1, y, h-padding).Narrow(2, x, w-padding).CopyInplace(t.Select(0, i))
		}
	})
	return grid
}

func (c GridConfig) stretched(t *torch.Tensor) *torch.Tensor {
	one := func(t *torch.Tensor) *torch.Tensor {
		low, high := 0.0, 0.0
		if c.Range != nil {
			low, high = c.Range[0], c.Range[1]
		} else {
			low, high = t.Min().Item(), t.Max().Item()
		}
		return t.Clamp(low, high).Sub(low).Div(max(high-low, 1e-5))
	}
	if !c.ScaleEach {
		return one(t)
	}
	var each []*torch.Tensor
	for i := range t.Size(0) {
		each = append(each, one(t.Select(0, i)))
	}
	return torch.Stack(each, 0)
}

// SaveGrid writes [MakeGrid] of pictures [N, C, H, W] of 0 to 1 as a file, as torchvision's save_image.
func SaveGrid(path string, t *torch.Tensor, c GridConfig) error {
	var m *Image
	torch.NoGrad(func() {
		torch.Step(func() { m = FromTensor(MakeGrid(t, c)) })
	})
	return m.Save(path)
}

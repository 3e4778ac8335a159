package image

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Bytes is the picture as a tensor of bytes, uint8 [C, H, W], as torchvision's pil_to_tensor.
func (m *Image) Bytes() *torch.Tensor {
	planes := make([]uint8, len(m.Pix))
	n := m.Height * m.Width
	for c := range m.Channels {
		plane := planes[c*n : (c+1)*n]
		for i, j := 0, c; i < n; i, j = i+1, j+m.Channels {
			plane[i] = m.Pix[j]
		}
	}
	return torch.FromSlice(planes, m.Channels, m.Height, m.Width)
}

// Tensor is the picture as numbers from 0 to 1, float32 [C, H, W], as torchvision's to_tensor.
func (m *Image) Tensor() *torch.Tensor {
	t := torch.Empty(torch.Shape{m.Channels, m.Height, m.Width}, torch.Float32)
	torch.WithData(t, m.writeTo)
	return t
}

// Stack is pictures of one size as a batch, float32 [N, C, H, W]: their [Image.Tensor] side by side, without the copies in
// between. It is a collate function, so a data set of pictures needs no tensor for each sample:
//
//	loader, err := datasets.NewLoaderFunc(pictures, image.Stack, datasets.BatchSize(32), datasets.Workers(2))
func Stack(pictures []*Image) (*torch.Tensor, error) {
	if len(pictures) == 0 {
		return nil, invalid("Stack", "expected at least one picture")
	}
	first := pictures[0]
	for i, m := range pictures {
		if m == nil || m.Height != first.Height || m.Width != first.Width || m.Channels != first.Channels {
			return nil, invalid("Stack", "expected pictures of one size, got %v and, as picture %d, %v", first, i, m)
		}
	}
	var t *torch.Tensor
	err := torch.Try(func() error {
		t = torch.Empty(torch.Shape{len(pictures), first.Channels, first.Height, first.Width}, torch.Float32)
		torch.WithData(t, func(planes []float32) {
			for i, m := range pictures {
				m.writeTo(planes[i*len(m.Pix):])
			}
		})
		return nil
	})
	return t, err
}

// unit is each byte as a number from 0 to 1.
var unit = func() (unit [256]float32) {
	for i := range unit {
		unit[i] = float32(i) / 255
	}
	return unit
}()

func (m *Image) writeTo(planes []float32) {
	n := m.Height * m.Width
	if m.Channels == 3 { // one way through the picture, not three
		r, g, b := planes[:n], planes[n:2*n], planes[2*n:3*n]
		p := m.Pix[:3*n]
		for i := range r {
			if len(p) < 3 || i >= len(g) || i >= len(b) {
				break // never
			}
			r[i], g[i], b[i] = unit[p[0]], unit[p[1]], unit[p[2]]
			p = p[3:]
		}
		return
	}
	for c := range m.Channels {
		plane := planes[c*n : (c+1)*n]
		for i, j := 0, c; i < n; i, j = i+1, j+m.Channels {
			plane[i] = unit[m.Pix[j]]
		}
	}
}

// FromTensor is a tensor [C, H, W] or [H, W], of 1 to 4 channels, as a picture. Bytes stay what they are; floats from 0 to
// 1 are stretched to 255 and rounded, and what is outside becomes 0 or 255, as torchvision's save_image does; NaN becomes
// 0.
func FromTensor(t *torch.Tensor) *Image {
	shape := t.Shape()
	if len(shape) == 2 {
		shape = torch.Shape{1, shape[0], shape[1]}
	}
	if len(shape) != 3 || shape[0] < 1 || shape[0] > 4 {
		panic(invalid("FromTensor", "expected a tensor [C, H, W] of 1 to 4 channels, or [H, W], got %v", t.Shape()))
	}
	var planes []uint8
	torch.NoGrad(func() {
		torch.Step(func() { planes = torch.ToSlice[uint8](bytesOf(t)) })
	})
	m := New(shape[1], shape[2], shape[0])
	n := m.Height * m.Width
	for c := range m.Channels {
		for i, j := 0, c; i < n; i, j = i+1, j+m.Channels {
			m.Pix[j] = planes[c*n+i]
		}
	}
	return m
}

func bytesOf(t *torch.Tensor) *torch.Tensor {
	switch {
	case t.DType() == torch.Uint8:
		return t
	case t.DType() == torch.Bool:
		return t.To(torch.Uint8).Mul(255)
	case t.IsFloatingPoint():
		return t.To(torch.Float32).Mul(255).Add(0.5).NanToNum(0, 255, 0).Clamp(0, 255).To(torch.Uint8)
	}
	panic(invalid("FromTensor", "expected bytes, bools or floats, got %v", t.DType()))
}

// Normalize subtracts a mean from each channel and divides by a spread, as torchvision's normalize. t is floats
// [..., C, H, W].
func Normalize(t *torch.Tensor, mean, std []float64) *torch.Tensor {
	if !t.IsFloatingPoint() || t.Dim() < 3 {
		panic(invalid("Normalize", "expected floats [..., C, H, W], got %v %v", t.DType(), t.Shape()))
	}
	c := t.Size(-3)
	if len(mean) != c || len(std) != c {
		panic(invalid("Normalize", "expected %d means and spreads, one for each channel, got %d and %d", c, len(mean), len(std)))
	}
	for i, s := range std {
		if !(s > 0) {
			panic(invalid("Normalize", "expected spreads above 0, got %v for channel %d", s, i))
		}
	}
	column := func(v []float64) *torch.Tensor {
		return torch.New(v, t.DType(), t.Device()).View(c, 1, 1)
	}
	return t.Sub(column(mean)).Div(column(std))
}

// ResizeTensor scales pictures [N, C, H, W] or [C, H, W] as torchvision's resize does with tensors: by libtorch's
// operator, smoothed where they become smaller, so that gradients pass. filter is [Nearest], [Bilinear] or [Bicubic].
// Bytes are computed in float32 and rounded.
func ResizeTensor(t *torch.Tensor, height, width int, filter Filter) *torch.Tensor {
	modes := map[Filter]string{Nearest: "nearest", Bilinear: "bilinear", Bicubic: "bicubic"}
	mode, known := modes[filter]
	if !known {
		panic(invalid("ResizeTensor", "expected Nearest, Bilinear or Bicubic, got %v", filter))
	}
	if t.Dim() != 3 && t.Dim() != 4 {
		panic(invalid("ResizeTensor", "expected [N, C, H, W] or [C, H, W], got %v", t.Shape()))
	}
	x := t
	if t.Dim() == 3 {
		x = t.Unsqueeze(0)
	}
	bytes := t.DType() == torch.Uint8
	if bytes {
		x = x.To(torch.Float32)
	}
	options := []nn.UpsampleOption{nn.Size{height, width}, nn.Mode(mode)}
	if filter != Nearest {
		options = append(options, nn.AlignCorners(false), nn.Antialias(true))
	}
	x = nn.Interpolate(x, options...)
	if bytes {
		x = x.Round().Clamp(0, 255).To(torch.Uint8)
	}
	if t.Dim() == 3 {
		x = x.Squeeze(0)
	}
	return x
}

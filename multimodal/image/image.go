package image

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// The largest picture that is made.
const (
	maxSide  = 1 << 16 // pixels along one side
	maxBytes = 1 << 30
)

// Image is a picture. One channel is grey, three are red, green and blue (or another space, where a method's name says
// so), four are these and opacity, which the colours are not multiplied with.
type Image struct {
	Pix                     []uint8 // [Height, Width, Channels], from the top left
	Height, Width, Channels int
}

// New makes a picture of zeros: black, and transparent where it has four channels.
func New(height, width, channels int) *Image {
	if height < 1 || width < 1 || height > maxSide || width > maxSide {
		panic(invalid("New", "expected 1 to %d pixels along each side, got %d x %d", maxSide, height, width))
	}
	if channels < 1 || channels > 4 || height*width > maxBytes/channels {
		panic(invalid("New", "expected 1 to 4 channels and at most 1 GiB, got %d channels of %d x %d", channels, height, width))
	}
	return &Image{make([]uint8, height*width*channels), height, width, channels}
}

// Uniform makes a picture of one colour, with a channel for each number.
func Uniform(height, width int, colour ...uint8) *Image {
	m := New(height, width, len(colour))
	m.fill(colour)
	return m
}

func (m *Image) fill(colour []uint8) {
	n := copy(m.Pix, colour)
	for n < len(m.Pix) {
		n += copy(m.Pix[n:], m.Pix[:n])
	}
}

// At is a pixel's channels, which can be written to.
func (m *Image) At(y, x int) []uint8 {
	if uint(y) >= uint(m.Height) || uint(x) >= uint(m.Width) {
		panic(invalid("At", "%d, %d is outside of %v", y, x, m))
	}
	i := (y*m.Width + x) * m.Channels
	return m.Pix[i : i+m.Channels : i+m.Channels]
}

// row is a row's bytes.
func (m *Image) row(y int) []uint8 {
	n := m.Width * m.Channels
	return m.Pix[y*n : (y+1)*n]
}

// Clone is a copy.
func (m *Image) Clone() *Image {
	return &Image{slices.Clone(m.Pix), m.Height, m.Width, m.Channels}
}

// Equal reports whether two pictures have the same size and pixels.
func (m *Image) Equal(o *Image) bool {
	return m.Height == o.Height && m.Width == o.Width && m.Channels == o.Channels && slices.Equal(m.Pix, o.Pix)
}

// String says the size: "3 channels of 480 x 640".
func (m *Image) String() string {
	return fmt.Sprintf("%d channels of %d x %d", m.Channels, m.Height, m.Width)
}

// each makes a picture of the same size by a function of each byte but the opacity.
func (m *Image) each(table *[256]uint8) *Image {
	out := m.Clone()
	for i := range out.Pix {
		if m.Channels != 4 || i%4 != 3 {
			out.Pix[i] = table[out.Pix[i]]
		}
	}
	return out
}

// invalid is the error of an operation that was given what it can't take.
func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "image." + op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

// need checks a picture's number of channels.
func (m *Image) need(op string, channels ...int) {
	if !slices.Contains(channels, m.Channels) {
		panic(invalid(op, "expected a picture of %v channels, got %v", channels, m))
	}
}

func clip8(v int) uint8 { return uint8(min(max(v, 0), 255)) }

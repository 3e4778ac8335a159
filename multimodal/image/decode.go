package image

import (
	"context"
	"io"

	"multitorch/internal/picture"
)

// DecodeConfig is how a picture is read.
type DecodeConfig struct {
	Mode   Mode   `json:"mode"`   // the channels of the result: as in the file
	Orient Orient `json:"orient"` // whether a camera's note turns the picture: no
}

// DecodeOption is an option of [Open] and [Decode]: a [Mode], [Orient], or a whole [DecodeConfig].
type DecodeOption interface{ decode(c *DecodeConfig) }

// Mode is the channels of a picture that is read.
type Mode string

// The modes.
const (
	AsIs     Mode = ""     // 1, 3 or 4 channels, as in the file
	ModeGrey Mode = "grey" // [Image.Grey]
	ModeRGB  Mode = "rgb"  // [Image.RGB]
	ModeRGBA Mode = "rgba" // [Image.RGBA]
	OnWhite  Mode = "over" // [Image.Over] white
)

// Orient(true) turns and mirrors a picture as the camera has noted in its EXIF. OpenCV does so by itself, Pillow and
// torchvision do not (but for TIFF), and neither does this package unless it is asked to.
type Orient bool

func (m Mode) decode(c *DecodeConfig)          { c.Mode = m }
func (o Orient) decode(c *DecodeConfig)        { c.Orient = o }
func (d DecodeConfig) decode(to *DecodeConfig) { *to = d }

// Open reads a picture file as [Decode] does. What is not a regular file, such as a pipe, is an error, which names the
// file. Reading stops with ctx.
func Open(ctx context.Context, path string, opts ...DecodeOption) (*Image, error) {
	p, err := picture.OpenFile(ctx, path)
	if err != nil {
		return nil, err
	}
	return finish(p, opts), nil
}

// Decode reads a picture: PNG, JPEG, GIF, WebP, BMP or TIFF, of an animation the first frame. Colour profiles are not
// looked at.
//
// The error says so when the file is no picture, is cut short, or has more than 64 megapixels, 65,536 pixels along a
// side or 64 MiB, or takes far longer to decode than its pixels do. When ctx ends, decoding stops with its error.
//
// Pictures are Pillow's, to the pixel, but for what is transparent in a GIF, which is black here.
func Decode(ctx context.Context, r io.Reader, opts ...DecodeOption) (*Image, error) {
	p, err := picture.Read(ctx, r)
	if err != nil {
		return nil, err
	}
	return finish(p, opts), nil
}

func finish(p picture.Picture, opts []DecodeOption) *Image {
	var c DecodeConfig
	for _, o := range opts {
		o.decode(&c)
	}
	m := FromGo(p.Image)
	switch c.Mode {
	case AsIs:
	case ModeGrey:
		m = m.as(1, m.Grey)
	case ModeRGB:
		m = m.as(3, m.RGB)
	case ModeRGBA:
		m = m.as(4, m.RGBA)
	case OnWhite:
		m = m.as(3, func() *Image { return m.Over(255, 255, 255) })
	default:
		panic(invalid("Decode", "expected a mode of this package, got %.40q", string(c.Mode)))
	}
	if c.Orient {
		m = m.Oriented(p.Orientation)
	}
	return m
}

// as saves a copy where the channels are already right.
func (m *Image) as(channels int, change func() *Image) *Image {
	if m.Channels == channels {
		return m
	}
	return change()
}

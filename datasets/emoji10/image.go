package emoji10

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"io"

	"golang.org/x/image/draw"

	"multitorch/internal/picture"
)

// maxSize is the largest result: pixels along one side.
const maxSize = 4096

// DecodeImage reads a picture (PNG, JPEG, WebP, GIF or BMP; of an animation the first frame) and returns it as a square of
// size x size pixels: planar RGB, row-major, shape [3, size, size], 0 to 255.
//
// A picture that is not square is fitted in whole, centred, with white beside it; what is transparent becomes white.
// Scaling is bilinear with the filter widened to cover every source pixel, as PIL's BILINEAR does, and agrees with PIL
// within 1 of 255. Colour profiles and the rotation that a camera notes in EXIF are not looked at.
//
// The error says so when the file is no picture, is cut short, has more than 64 megapixels, more than 65,536 pixels
// along a side or more than 64 MiB, takes far longer to decode than its pixels do, or when size is not in 1 to 4096.
func DecodeImage(r io.Reader, size int) ([]uint8, error) {
	return square(size, func() (image.Image, error) { return picture.Decode(context.Background(), r) })
}

// OpenImage is [DecodeImage] of a file, which must be a regular one: a pipe is an error, and is not waited for. It stops
// with ctx.
func OpenImage(ctx context.Context, path string, size int) ([]uint8, error) {
	return square(size, func() (image.Image, error) { return picture.Open(ctx, path) })
}

func square(size int, decode func() (image.Image, error)) ([]uint8, error) {
	if size < 1 || size > maxSize {
		return nil, fmt.Errorf("emoji10: expected an image size of 1 to %d pixels, got %d", maxSize, size)
	}
	m, err := decode()
	if err != nil {
		return nil, fmt.Errorf("emoji10: %w", err)
	}
	return overWhite(m, size), nil
}

// overWhite scales a picture into a white square and returns it as planar RGB.
func overWhite(picture image.Image, size int) []uint8 {
	square := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(square, square.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.BiLinear.Scale(square, fit(picture.Bounds(), size), picture, picture.Bounds(), draw.Over, nil)

	planar := make([]uint8, 3*size*size)
	red, green, blue := planar[:size*size], planar[size*size:2*size*size], planar[2*size*size:]
	for i := range size * size {
		red[i], green[i], blue[i] = square.Pix[4*i], square.Pix[4*i+1], square.Pix[4*i+2]
	}
	return planar
}

// fit returns the largest centred rectangle of a square that has the picture's proportions.
func fit(picture image.Rectangle, size int) image.Rectangle {
	w, h := picture.Dx(), picture.Dy()
	longer := max(w, h)
	w, h = max(1, (w*size+longer/2)/longer), max(1, (h*size+longer/2)/longer)
	x, y := (size-w)/2, (size-h)/2
	return image.Rect(x, y, x+w, y+h)
}

package emoji10

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // the formats that DecodeImage reads
	_ "image/jpeg"
	_ "image/png"
	"io"

	_ "golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// The largest picture that DecodeImage accepts. A phone's camera makes 12 to 50 megapixels.
const (
	maxEncoded = 64 << 20   // bytes of the file
	maxPixels  = 64_000_000 // width x height
	maxSide    = 1 << 16    // pixels along one side
	maxSize    = 4096       // pixels along one side of the result
)

// DecodeImage reads a picture (PNG, JPEG, GIF's first frame, WebP or BMP) and returns it as a square of size x size
// pixels: planar RGB, row-major, shape [3, size, size], 0 to 255.
//
// A picture that is not square is fitted in whole, centred, with white beside it; what is transparent becomes white.
// Scaling is bilinear with the filter widened to cover every source pixel, as PIL's BILINEAR does, and agrees with PIL
// within 1 of 255. Colour profiles and the rotation that a camera notes in EXIF are not looked at.
//
// The error says so when the file is no picture, is cut short, has more than 64 megapixels, more than 65,536 pixels
// along a side or more than 64 MiB, or when size is not in 1 to 4096.
func DecodeImage(r io.Reader, size int) ([]uint8, error) {
	if size < 1 || size > maxSize {
		return nil, fmt.Errorf("emoji10: expected an image size of 1 to %d pixels, got %d", maxSize, size)
	}
	encoded, err := io.ReadAll(io.LimitReader(r, maxEncoded+1))
	if err != nil {
		return nil, fmt.Errorf("emoji10: the image cannot be read: %w", err)
	}
	if len(encoded) > maxEncoded {
		return nil, fmt.Errorf("emoji10: the image file has more than %d MiB; make it smaller first", maxEncoded>>20)
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(encoded))
	if errors.Is(err, image.ErrFormat) {
		return nil, fmt.Errorf("emoji10: expected an image (PNG, JPEG, GIF, WebP or BMP), found %s; convert it to one of these",
			describe(encoded))
	}
	if err != nil {
		return nil, fmt.Errorf("emoji10: the %s image is damaged: %w; export it again", format, err)
	}
	w, h := config.Width, config.Height
	if w < 1 || h < 1 {
		return nil, fmt.Errorf("emoji10: the %s image is empty (%d x %d pixels)", format, w, h)
	}
	if w > maxSide || h > maxSide || w*h > maxPixels {
		return nil, fmt.Errorf("emoji10: the %s image has %d x %d pixels, expected at most %d megapixels and %d along a side; "+
			"make it smaller first", format, w, h, maxPixels/1_000_000, maxSide)
	}
	picture, format, err := image.Decode(bytes.NewReader(encoded))
	if err != nil {
		return nil, fmt.Errorf("emoji10: the %s image is damaged: %w; export it again", format, err)
	}
	return overWhite(picture, size), nil
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

// describe says what little can be said of bytes that are in no known format.
func describe(encoded []byte) string {
	if len(encoded) == 0 {
		return "an empty file"
	}
	return fmt.Sprintf("%d bytes that begin with %q", len(encoded), encoded[:min(len(encoded), 8)])
}

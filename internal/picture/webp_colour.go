package picture

import "image"

// webpColours turns a lossy WebP's picture into colours as libwebp does. Its luma goes from 16 to 235, which Go's YCbCr
// pictures take for 0 to 255: too dark and too light by up to 16.
func webpColours(m image.Image) image.Image {
	var ycc *image.YCbCr
	var alpha func(x, y int) uint8
	switch p := m.(type) {
	case *image.YCbCr:
		ycc, alpha = p, func(int, int) uint8 { return 255 }
	case *image.NYCbCrA:
		ycc, alpha = &p.YCbCr, func(x, y int) uint8 { return p.A[p.AOffset(x, y)] }
	default:
		return m
	}
	out := image.NewNRGBA(ycc.Rect)
	i := 0
	for y := ycc.Rect.Min.Y; y < ycc.Rect.Max.Y; y++ {
		for x := ycc.Rect.Min.X; x < ycc.Rect.Max.X; x++ {
			c := ycc.COffset(x, y)
			luma, u, v := int(ycc.Y[ycc.YOffset(x, y)])*19077>>8, int(ycc.Cb[c]), int(ycc.Cr[c])
			out.Pix[i] = clip(luma + v*26149>>8 - 14234)
			out.Pix[i+1] = clip(luma - u*6419>>8 - v*13320>>8 + 8708)
			out.Pix[i+2] = clip(luma + u*33050>>8 - 17685)
			out.Pix[i+3] = alpha(x, y)
			i += 4
		}
	}
	return out
}

// clip is a value of 14 bits as one of 8.
func clip(v int) uint8 { return uint8(min(max(v>>6, 0), 255)) }

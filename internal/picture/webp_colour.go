package picture

import "image"

// webpColours turns a lossy WebP's picture into colours as libwebp does. Its luma goes from 16 to 235, which Go's YCbCr
// pictures take for 0 to 255: too dark and too light by up to 16. A lossless one without opacity becomes RGB.
func webpColours(m image.Image, encoded []byte) image.Image {
	var ycc *image.YCbCr
	var pix []uint8
	var out image.Image
	channels := 4
	switch p := m.(type) {
	case *image.YCbCr:
		rgb := NewRGB(p.Rect)
		ycc, pix, out, channels = p, rgb.Pix, rgb, 3
	case *image.NYCbCrA:
		nrgba := image.NewNRGBA(p.Rect)
		ycc, pix, out = &p.YCbCr, nrgba.Pix, nrgba
		for y := range p.Rect.Dy() {
			for x := range p.Rect.Dx() {
				pix[y*nrgba.Stride+4*x+3] = p.A[y*p.AStride+x]
			}
		}
	case *image.NRGBA:
		if !losslessOpaque(encoded) {
			return m
		}
		rgb := NewRGB(p.Rect)
		for i, o := 0, 0; i < len(p.Pix); i, o = i+4, o+3 {
			copy(rgb.Pix[o:o+3], p.Pix[i:])
		}
		return rgb
	default:
		return m
	}
	w, h := ycc.Rect.Dx(), ycc.Rect.Dy()
	u, v := make([]int, w), make([]int, w)
	for y := range h {
		near := y / 2
		far := min(max(near+2*(y%2)-1, 0), (h-1)/2)
		smooth(u, ycc.Cb[near*ycc.CStride:], ycc.Cb[far*ycc.CStride:])
		smooth(v, ycc.Cr[near*ycc.CStride:], ycc.Cr[far*ycc.CStride:])
		for x, luma := range ycc.Y[y*ycc.YStride:][:w] {
			luma := int(luma) * 19077 >> 8
			pix[0] = clip(luma + v[x]*26149>>8 - 14234)
			pix[1] = clip(luma - u[x]*6419>>8 - v[x]*13320>>8 + 8708)
			pix[2] = clip(luma + u[x]*33050>>8 - 17685)
			pix = pix[channels:]
		}
	}
	return out
}

// smooth makes a row of colour from its two rows at half the width, the nearer and the farther one: 9 : 3 : 3 : 1 of the
// four around a pixel, rounded as libwebp does.
func smooth(out []int, near, far []uint8) {
	last := len(out) - 1
	out[0] = (3*int(near[0]) + int(far[0]) + 2) >> 2
	for i := 0; 2*i+1 < last; i++ {
		n, n1, f, f1 := int(near[i]), int(near[i+1]), int(far[i]), int(far[i+1])
		sum := n + n1 + f + f1 + 8
		out[2*i+1] = (n + (sum+2*(n1+f))>>3) >> 1
		out[2*i+2] = (n1 + (sum+2*(n+f1))>>3) >> 1
	}
	if last%2 == 1 {
		out[last] = (3*int(near[last/2]) + int(far[last/2]) + 2) >> 2
	}
}

// clip is a value of 14 bits as one of 8.
func clip(v int) uint8 { return uint8(min(max(v>>6, 0), 255)) }

// losslessOpaque looks for the bit that says whether a lossless picture uses opacity, after a mark and two sizes of 14 bits.
func losslessOpaque(encoded []byte) bool {
	const usesAlpha = 1 << 4
	b := encoded[min(12, len(encoded)):]
	for {
		c, rest, err := nextChunk(b)
		if err != nil {
			return false
		}
		if c.name == "VP8L" {
			return len(c.content) > 4 && c.content[4]&usesAlpha == 0
		}
		b = rest
	}
}

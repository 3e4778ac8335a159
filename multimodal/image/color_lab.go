package image

import (
	"math"

	"multitorch/libm"
)

// Lab is CIE L*a*b* of a picture sRGB under D65, as OpenCV's COLOR_RGB2Lab on bytes: L of 0 to 100 is 0 to 255, and 128 is
// added to a and b. OpenCV computes in fixed point with tables, and so does this.
func (m *Image) Lab() *Image {
	return m.threeToThree("Lab", func(p, o []uint8) {
		r, g, b := labLinear[p[0]], labLinear[p[1]], labLinear[p[2]]
		at := func(c [3]int) int { return labRoot[descale(r*c[0]+g*c[1]+b*c[2], labBits)] }
		x, y, z := at(labMatrix[0]), at(labMatrix[1]), at(labMatrix[2])
		const middle = 128 << labRootBits
		o[0] = clip8(descale(labScale*y+labShift, labRootBits))
		o[1] = clip8(descale(500*(x-y)+middle, labRootBits))
		o[2] = clip8(descale(200*(y-z)+middle, labRootBits))
	})
}

const (
	labBits     = 12 // of the matrix
	labGamma    = 3  // bits of linear light behind its 8
	labRootBits = labBits + labGamma
	labScale    = (116*255 + 50) / 100
	labShift    = -((16*255*(1<<labRootBits) + 50) / 100)
)

// sRGB to XYZ, and the white of D65.
var (
	srgbToXYZ = [3][3]float64{
		{0.412453, 0.357580, 0.180423},
		{0.212671, 0.715160, 0.072169},
		{0.019334, 0.119193, 0.950227},
	}
	whiteD65 = [3]float64{0.950456, 1, 1.088754}
)

// The tables: a byte as linear light, the matrix for a white of 1, and the root of a sum.
var labLinear, labMatrix, labRoot = func() (linear [256]int, matrix [3][3]int, root []int) {
	for i := range linear {
		linear[i] = int(math.RoundToEven(255 * (1 << labGamma) * toLinear(float64(i)/255)))
	}
	for i, row := range srgbToXYZ {
		for k, v := range row {
			matrix[i][k] = int(math.RoundToEven((1 << labBits) * v / whiteD65[i]))
		}
	}
	root = make([]int, 256*3/2*(1<<labGamma))
	for i := range root {
		x := float32(i) * (float32(1) / (255 * (1 << labGamma)))
		v := float32(float64(x)*float64(float32(7.787)) + float64(float32(0.13793103448275862)))
		if x >= 0.008856 {
			v = float32(libm.Cbrt(float64(x)))
		}
		root[i] = int(math.RoundToEven(float64((1 << labRootBits) * v)))
	}
	root[324] = 17745 // the one that OpenCV's own cube root puts on the other side of a half
	return linear, matrix, root
}()

func descale(v, bits int) int { return (v + 1<<(bits-1)) >> bits }

// FromLab is sRGB of a picture L*a*b* as [Image.Lab] makes it: within 1 of OpenCV's COLOR_Lab2RGB.
func (m *Image) FromLab() *Image {
	return m.threeToThree("FromLab", func(p, o []uint8) {
		l, a, b := float64(p[0])*100/255, float64(p[1])-128, float64(p[2])-128
		y, fy := l/903.3, 0.0
		if l <= 8 {
			fy = 7.787*y + 16.0/116
		} else {
			fy = (l + 16) / 116
			y = fy * fy * fy
		}
		cube := func(f float64) float64 {
			if f <= 7.787*0.008856+16.0/116 {
				return (f - 16.0/116) / 7.787
			}
			return f * f * f
		}
		x, z := cube(a/500+fy)*whiteD65[0], cube(fy-b/200)*whiteD65[2]
		for i, c := range [3][3]float64{
			{3.240479, -1.53715, -0.498535}, {-0.969256, 1.875991, 0.041556}, {0.055648, -0.204043, 1.057311},
		} {
			o[i] = clip8(int(math.RoundToEven(255 * fromLinear(c[0]*x+c[1]*y+c[2]*z))))
		}
	})
}

// toLinear and fromLinear are the curve of sRGB.
func toLinear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return libm.Pow((v+0.055)/1.055, 2.4)
}

func fromLinear(v float64) float64 {
	switch {
	case v <= 0:
		return 0
	case v >= 1:
		return 1
	case v <= 0.0031308:
		return v * 12.92
	}
	return 1.055*libm.Pow(v, 1/2.4) - 0.055
}

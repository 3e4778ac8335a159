package sheet

import (
	"image"
	"image/color"
)

// Heat is a picture of values from 0 to 1, [rows][columns], the first row at the bottom: black over purple and orange to a
// light yellow. What is below 0 is black, what is above 1 yellow.
func Heat(values []float32, rows, columns int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, columns, rows))
	for y := range rows {
		for x := range columns {
			m.SetNRGBA(x, rows-1-y, heat(max(0, min(1, values[y*columns+x]))))
		}
	}
	return m
}

func heat(v float32) color.NRGBA {
	stops := [][3]float32{{0, 0, 4}, {87, 16, 110}, {188, 55, 84}, {249, 142, 9}, {252, 255, 164}}
	at := v * float32(len(stops)-1)
	i := min(int(at), len(stops)-2)
	t := at - float32(i)
	var c [3]uint8
	for k := range c {
		c[k] = uint8(stops[i][k]*(1-t) + stops[i+1][k]*t)
	}
	return color.NRGBA{c[0], c[1], c[2], 255}
}

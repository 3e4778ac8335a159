package plot

import (
	"io"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"multitorch/internal/atomicfile"
)

// save paints a picture and writes it: in full, or not at all.
func save(path string, paint func(draw.Canvas)) error {
	if strings.EqualFold(filepath.Ext(path), ".svg") {
		canvas := vgsvg.New(width, height)
		paint(draw.New(canvas))
		return write(path, canvas)
	}
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
	paint(draw.New(canvas))
	return write(path, vgimg.PngCanvas{Canvas: canvas})
}

func write(path string, canvas io.WriterTo) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := canvas.WriteTo(w)
		return err
	})
}

package picture

import (
	"image"
	"sync"
)

// finish makes the pixels, if all components were scanned.
func (j *jpegImage) finish() (image.Image, error) {
	if j.components == nil {
		return nil, errCut
	}
	for _, c := range j.components {
		if !c.scanned {
			return nil, errCut
		}
		if j.progressive {
			if err := j.transform(c); err != nil {
				return nil, err
			}
		}
	}
	return j.colours(), nil
}

// planes are samples' memory of pictures that were read, for the next ones: most data sets have pictures of one size.
var planes sync.Pool

// takePlane is memory for n samples, with anything in it.
func takePlane(n int) []uint8 {
	if p, ok := planes.Get().(*[]uint8); ok && cap(*p) >= n && cap(*p) < 4*n {
		return (*p)[:n]
	}
	return make([]uint8, n)
}

func (j *jpegImage) givePlanes() {
	for _, c := range j.components {
		if c.plane != nil {
			planes.Put(&c.plane)
		}
	}
}

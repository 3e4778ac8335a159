package picture

import (
	"bytes"
	"fmt"
)

// maxScanned is how many pixels the scans of a JPEG may go over in all: sixteen times the largest picture.
const maxScanned = 16 * maxPixels

// checkScans refuses a JPEG that goes over its pixels too often. A scan of a progressive JPEG can be a few bytes long and
// still takes as long as all its pixels.
func checkScans(encoded []byte, pixels int) error {
	// In the elements of a scan FF is followed by 00, so that a scan's start can't occur in them; in other segments it
	// may, which at most refuses a file with very much of it.
	scans := bytes.Count(encoded, []byte{0xff, 0xda})
	if most := maxScanned / pixels; scans > max(most, 1) {
		return refused(fmt.Sprintf("the jpeg image has %d pixels in %d scans, expected at most %d scans; export it again, not progressive",
			pixels, scans, most))
	}
	return nil
}

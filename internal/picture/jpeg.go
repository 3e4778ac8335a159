package picture

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
)

// jpegImage is a JPEG that is being read: its header, its tables, and what its scans have brought. Everything between the
// coefficients and the colours is computed as libjpeg does by default, in the same integers, so that the pixels are those
// of Pillow and OpenCV: package pixels, jpeg_upsample.go, jpeg_colour.go.
type jpegImage struct {
	ctx         context.Context
	data        []byte
	at          int // what comes next in data
	w, h        int
	components  []*jpegComponent
	hMax, vMax  int // of the components' sampling factors
	progressive bool
	restart     int // MCUs between two restart markers, 0: there are none
	quant       [4]*[64]int32
	dc, ac      [4]*huffman
	jfif        bool
	adobe       int // the transform that Adobe's marker names, -1: there is no such marker
}

// jpegComponent is a channel at its own resolution.
type jpegComponent struct {
	id, h, v     int // sampling factors
	table        byte
	w, height    int     // samples that count
	across, down int     // blocks, filled up to whole MCUs
	plane        []uint8 // samples, 8 x across in a row
	coefficients []int16 // 64 for each block of so many rows: all of a progressive picture, else those of an MCU
	rows         int
	quant        *[64]int32
	natural      [64]int32 // the same, not in the file's order
	scanned      bool
	dcTab, acTab *huffman // in this scan
	predictor    int32
}

var (
	errCut       = errors.New("it is cut short")
	errNoTable   = errors.New("a scan uses a table that was not defined")
	errManyScans = errors.New("a scan has wrong parameters")
)

// The markers that mean something here.
const (
	mSOF0, mSOF1, mSOF2 = 0xc0, 0xc1, 0xc2
	mDHT, mDQT, mDRI    = 0xc4, 0xdb, 0xdd
	mRST0, mRST7        = 0xd0, 0xd7
	mSOI, mEOI, mSOS    = 0xd8, 0xd9, 0xda
	mAPP0, mAPP14       = 0xe0, 0xee
)

// decodeJPEG reads a JPEG: baseline or progressive, 8 bits, grey, colour or CMYK.
func decodeJPEG(ctx context.Context, data []byte) (image.Image, error) {
	j := &jpegImage{ctx: ctx, data: data, at: 2, adobe: -1}
	defer j.givePlanes()
	for {
		marker, err := j.nextMarker()
		if err != nil || marker == mEOI {
			// Some writers leave the end's marker out.
			if m, complete := j.finish(); complete == nil {
				return m, ctx.Err()
			}
			if err == nil {
				err = errors.New("it ends before all of it was there")
			}
			return nil, err
		}
		if marker == mSOI || marker == 1 || marker >= mRST0 && marker <= mRST7 {
			continue // without content
		}
		content, err := j.segment()
		if err == nil {
			err = j.read(marker, content)
		}
		if err != nil {
			return nil, err
		}
	}
}

// nextMarker skips to the next marker.
func (j *jpegImage) nextMarker() (byte, error) {
	for ; j.at+1 < len(j.data); j.at++ {
		if b := j.data[j.at+1]; j.data[j.at] == 0xff && b != 0 && b != 0xff {
			j.at += 2
			return b, nil
		}
	}
	return 0, errCut
}

// segment is the content after a marker.
func (j *jpegImage) segment() ([]byte, error) {
	if j.at+2 > len(j.data) {
		return nil, errCut
	}
	n := int(binary.BigEndian.Uint16(j.data[j.at:]))
	if n < 2 {
		return nil, errors.New("a segment has a length below 2")
	}
	if j.at+n > len(j.data) {
		return nil, errCut
	}
	content := j.data[j.at+2 : j.at+n]
	j.at += n
	return content, nil
}

func (j *jpegImage) read(marker byte, b []byte) error {
	switch marker {
	case mSOF0, mSOF1, mSOF2:
		j.progressive = marker == mSOF2
		return j.frame(b)
	case mDHT:
		return j.huffmanTables(b)
	case mDQT:
		return j.quantTables(b)
	case mDRI:
		if len(b) < 2 {
			return errCut
		}
		j.restart = int(binary.BigEndian.Uint16(b))
	case mSOS:
		return j.scan(b)
	case mAPP0:
		j.jfif = j.jfif || len(b) >= 5 && string(b[:5]) == "JFIF\x00"
	case mAPP14:
		if len(b) >= 12 && string(b[:5]) == "Adobe" {
			j.adobe = int(b[11])
		}
	case 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf:
		return unsupported(fmt.Sprintf("marker ff%02x, which is lossless, hierarchical or arithmetic coding", marker))
	}
	return nil
}

// frame reads the header of the picture and makes room for it.
func (j *jpegImage) frame(b []byte) error {
	if j.components != nil {
		return errors.New("it has two headers")
	}
	if len(b) < 6 || len(b) < 6+3*int(b[5]) {
		return errCut
	}
	if b[0] != 8 {
		return unsupported(fmt.Sprintf("%d bits for each sample, expected 8", b[0]))
	}
	j.h, j.w = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	if err := checkSize("jpeg", j.w, j.h); err != nil {
		return err
	}
	if err := checkScans(j.data, j.w*j.h); err != nil {
		return err
	}
	n := int(b[5])
	if n != 1 && n != 3 && n != 4 {
		return unsupported(fmt.Sprintf("%d components, expected 1, 3 or 4", n))
	}
	for i := range n {
		c := &jpegComponent{id: int(b[6+3*i]), h: int(b[7+3*i] >> 4), v: int(b[7+3*i] & 15), table: b[8+3*i]}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.table > 3 {
			return errors.New("a component has a wrong sampling factor or table")
		}
		j.components = append(j.components, c)
		j.hMax, j.vMax = max(j.hMax, c.h), max(j.vMax, c.v)
	}
	if n == 1 { // one component is not interleaved, whatever its factors
		c := j.components[0]
		c.h, c.v, j.hMax, j.vMax = 1, 1, 1, 1
	}
	blocks := 0
	for _, c := range j.components {
		if j.hMax%c.h != 0 || j.vMax%c.v != 0 {
			return unsupported("sampling factors that do not divide each other")
		}
		c.w, c.height = ceilDiv(j.w*c.h, j.hMax), ceilDiv(j.h*c.v, j.vMax)
		c.across, c.down = ceilDiv(j.w, 8*j.hMax)*c.h, ceilDiv(j.h, 8*j.vMax)*c.v
		blocks += ceilDiv(c.w, 8) * ceilDiv(c.height, 8)
	}
	// A block takes at least a bit, so a short file can't make a large picture.
	if blocks > 8*len(j.data) {
		return fmt.Errorf("%w: %d bytes are too few for %d x %d pixels", errCut, len(j.data), j.w, j.h)
	}
	for _, c := range j.components {
		c.plane = takePlane(64 * c.across * c.down)
		if c.rows = c.v; j.progressive {
			c.rows = c.down
		}
		c.coefficients = make([]int16, 64*c.across*c.rows)
	}
	return nil
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func (j *jpegImage) quantTables(b []byte) error {
	for len(b) > 0 {
		wide, id := int(b[0]>>4), b[0]&15
		if wide > 1 || id > 3 {
			return errors.New("a quantisation table has a wrong number")
		}
		b = b[1:]
		if len(b) < 64*(1+wide) {
			return errCut
		}
		t := new([64]int32)
		for i := range t {
			if wide == 1 {
				t[i] = int32(binary.BigEndian.Uint16(b[2*i:]))
			} else {
				t[i] = int32(b[i])
			}
		}
		j.quant[id] = t
		b = b[64*(1+wide):]
	}
	return nil
}

package picture

import (
	"errors"

	"multitorch/internal/pixels"
)

// zigzag is where the coefficients stand in a block, in the order of the file.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// jpegScan is one way through the blocks of some components.
type jpegScan struct {
	*jpegImage
	bits       bitReader
	in         []*jpegComponent
	start, end int  // coefficients
	refine     bool // whether a bit is added to coefficients that were there
	low        int  // the lowest bit of this scan
	endRun     int  // blocks that end without anything more, after this one
}

func (j *jpegImage) scan(b []byte) error {
	if j.components == nil {
		return errors.New("a scan comes before the header")
	}
	if len(b) < 1 || len(b) < 4+2*int(b[0]) {
		return errCut
	}
	s := &jpegScan{jpegImage: j, bits: bitReader{data: j.data, at: j.at}}
	n := int(b[0])
	for i := range n {
		c := j.component(int(b[1+2*i]))
		if c == nil {
			return errManyScans
		}
		if q := j.quant[c.table]; c.quant == nil && q != nil {
			c.quant = q
			for k, v := range q {
				c.natural[zigzag[k]] = v
			}
		}
		dc, ac := b[2+2*i]>>4, b[2+2*i]&15
		if dc > 3 || ac > 3 || c.quant == nil {
			return errNoTable
		}
		c.dcTab, c.acTab = j.dc[dc], j.ac[ac]
		for _, other := range s.in {
			if other == c {
				return errManyScans
			}
		}
		s.in = append(s.in, c)
	}
	s.start, s.end, s.refine, s.low = 0, 63, false, 0
	if j.progressive {
		high := int(b[3+2*n] >> 4)
		s.start, s.end, s.refine, s.low = int(b[1+2*n]), int(b[2+2*n]), high != 0, int(b[3+2*n]&15)
		if s.end > 63 || s.start > s.end || s.start == 0 && s.end != 0 || s.start > 0 && n != 1 || s.low > 13 ||
			s.refine && high != s.low+1 {
			return errManyScans
		}
	}
	if n < 1 || n > 4 {
		return errManyScans
	}
	for _, c := range s.in {
		needsDC, needsAC := s.start == 0 && !s.refine, s.end > 0
		if needsDC && c.dcTab == nil || needsAC && c.acTab == nil {
			return errNoTable
		}
	}
	if err := s.blocks(); err != nil {
		return err
	}
	for _, c := range s.in {
		c.scanned = c.scanned || s.start == 0
	}
	j.at = s.bits.at
	return nil
}

func (j *jpegImage) component(id int) *jpegComponent {
	for _, c := range j.components {
		if c.id == id {
			return c
		}
	}
	return nil
}

// blocks goes through the scan: MCU by MCU, or, where it has one component, through the blocks that count of this.
func (s *jpegScan) blocks() error {
	across, down := ceilDiv(s.w, 8*s.hMax), ceilDiv(s.h, 8*s.vMax)
	single := len(s.in) == 1
	if single {
		across, down = ceilDiv(s.in[0].w, 8), ceilDiv(s.in[0].height, 8)
	}
	s.reset()
	left := s.restart
	for y := range down {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		for x := range across {
			if s.restart > 0 && left == 0 {
				if err := s.nextRestart(); err != nil {
					return err
				}
				left = s.restart
			}
			left--
			if single {
				if err := s.block(s.in[0], y, x); err != nil {
					return err
				}
				continue
			}
			for _, c := range s.in {
				for i := range c.v {
					for k := range c.h {
						if err := s.block(c, y*c.v+i, x*c.h+k); err != nil {
							return err
						}
					}
				}
			}
		}
		if s.bits.cut() {
			return errCut
		}
		if !s.progressive {
			s.samples(y)
		}
	}
	return nil
}

func (s *jpegScan) reset() {
	for _, c := range s.in {
		c.predictor = 0
	}
	s.endRun = 0
}

// nextRestart goes over a restart marker.
func (s *jpegScan) nextRestart() error {
	if s.bits.cut() {
		return errCut
	}
	at := s.bits.at
	s.bits = bitReader{data: s.data, at: at}
	for at+1 < len(s.data) && s.data[at] == 0xff && s.data[at+1] == 0xff {
		at++
	}
	if at+1 >= len(s.data) {
		return errCut
	}
	if s.data[at] != 0xff || s.data[at+1] < mRST0 || s.data[at+1] > mRST7 {
		return errors.New("a restart marker is missing")
	}
	s.bits.at = at + 2
	s.reset()
	return nil
}

func (s *jpegScan) block(c *jpegComponent, y, x int) error {
	if s.progressive {
		i := 64 * (y*c.across + x)
		return s.progress(c, (*[64]int16)(c.coefficients[i:]))
	}
	i := 64 * (y%c.rows*c.across + x)
	return s.sequential(c, (*[64]int16)(c.coefficients[i:]))
}

// samples turns a row of MCUs, or of blocks where the scan has one component, into samples.
func (s *jpegScan) samples(row int) {
	for _, c := range s.in {
		rows, across := c.v, c.across
		if len(s.in) == 1 {
			rows, across = 1, ceilDiv(c.w, 8)
		}
		for y := range rows {
			c.inverseDCT(c.coefficients[64*c.across*((row*rows+y)%c.rows):], across, row*rows+y)
		}
		clear(c.coefficients)
	}
}

// inverseDCT turns a row of blocks into samples.
func (c *jpegComponent) inverseDCT(blocks []int16, n, row int) {
	stride := 8 * c.across
	pixels.InverseDCT(blocks, &c.natural, n, c.plane[8*stride*row:], stride)
}

// sequential reads a whole block. The bits stand in variables of its own meanwhile, which the compiler keeps in registers.
func (s *jpegScan) sequential(c *jpegComponent, block *[64]int16) error {
	r, h := &s.bits, c.acTab
	r.fill()
	size, err := r.symbol(c.dcTab)
	if err != nil {
		return err
	}
	if size > 15 {
		return errCode
	}
	if size > 0 {
		c.predictor += extend(r.take(int(size)), int(size))
	}
	block[0] = int16(c.predictor)
	acc, n := r.acc, r.n
	for k := 1; k < 64; k++ {
		if n < 32 { // as much as a code and its value may have
			r.acc, r.n = acc, n
			r.fill()
			acc, n = r.acc, r.n
		}
		if v := h.values[acc>>(64-lookBits)]; v != 0 {
			acc <<= uint(v) & 63
			n -= int(v & 63)
			if k += int(v >> 8 & 0xff); k > 63 {
				if v>>8 == endOfBlock {
					break
				}
				return errCode
			}
			block[zigzag[k]&63] = int16(v >> 16)
			continue
		}
		r.acc, r.n = acc, n
		e, err := r.symbol(h)
		if err != nil {
			return err
		}
		size := int(e & 15)
		if size == 0 {
			if acc, n = r.acc, r.n; e != 0xf0 {
				break
			}
			k += 15
			continue
		}
		if k += int(e >> 4); k > 63 {
			return errCode
		}
		block[zigzag[k]&63] = int16(extend(r.take(size), size))
		acc, n = r.acc, r.n
	}
	r.acc, r.n = acc, n
	return nil
}

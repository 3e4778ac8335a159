package picture

// progress reads a scan's part of a block.
func (s *jpegScan) progress(c *jpegComponent, b *[64]int16) error {
	switch {
	case s.start == 0 && s.refine:
		if s.bits.bit() {
			b[0] |= 1 << s.low
		}
		return nil
	case s.start == 0:
		s.bits.fill()
		size, err := s.bits.symbol(c.dcTab)
		if err != nil {
			return err
		}
		if size > 15 {
			return errCode
		}
		if size > 0 {
			c.predictor += extend(s.bits.take(int(size)), int(size))
		}
		b[0] = int16(c.predictor << s.low)
		return nil
	case s.refine:
		return s.refineBlock(c, b)
	}
	return s.firstBits(c, b)
}

// firstBits reads coefficients' higher bits.
func (s *jpegScan) firstBits(c *jpegComponent, b *[64]int16) error {
	if s.endRun > 0 {
		s.endRun--
		return nil
	}
	r := &s.bits
	for k := s.start; k <= s.end; k++ {
		r.fill()
		e, err := r.symbol(c.acTab)
		if err != nil {
			return err
		}
		run, size := int(e>>4), int(e&15)
		if size == 0 {
			if run == 15 {
				k += 15
				continue
			}
			s.endRun = s.runOfBlocks(run) - 1
			return nil
		}
		if k += run; k > 63 {
			return errCode
		}
		b[zigzag[k]] = int16(extend(r.take(size), size) << s.low)
	}
	return nil
}

// runOfBlocks is how many blocks end here, this one included.
func (s *jpegScan) runOfBlocks(bits int) int {
	n := 1 << bits
	if bits > 0 {
		s.bits.fill()
		n += int(s.bits.take(bits))
	}
	return n
}

// refineBlock adds a bit to coefficients, and new ones between them.
func (s *jpegScan) refineBlock(c *jpegComponent, b *[64]int16) error {
	k := s.start
	for s.endRun == 0 && k <= s.end {
		s.bits.fill()
		e, err := s.bits.symbol(c.acTab)
		if err != nil {
			return err
		}
		run, size := int(e>>4), e&15
		value := int16(0)
		switch {
		case size == 1:
			value = -1 << s.low
			if s.bits.bit() {
				value = 1 << s.low
			}
		case size > 1:
			return errCode
		case run < 15:
			s.endRun = s.runOfBlocks(run)
			continue
		}
		k = s.refineRun(b, k, run)
		if value != 0 {
			if k > s.end {
				return errCode
			}
			b[zigzag[k]] = value
		}
		k++
	}
	if s.endRun > 0 {
		s.endRun--
		s.refineRun(b, k, -1)
	}
	return nil
}

// refineRun adds a bit to those coefficients that are there already, and stops at the zero after so many others, or, for
// -1, at the end.
func (s *jpegScan) refineRun(b *[64]int16, k, zeros int) int {
	for ; k <= s.end; k++ {
		p := &b[zigzag[k]]
		if *p == 0 {
			if zeros == 0 {
				break
			}
			zeros--
			continue
		}
		if s.bits.bit() && *p&(1<<s.low) == 0 {
			if *p > 0 {
				*p += 1 << s.low
			} else {
				*p -= 1 << s.low
			}
		}
	}
	return k
}

// transform turns a progressive picture's coefficients into samples.
func (j *jpegImage) transform(c *jpegComponent) error {
	for y := range ceilDiv(c.height, 8) {
		if err := j.ctx.Err(); err != nil {
			return err
		}
		c.inverseDCT(c.coefficients[64*c.across*y:], ceilDiv(c.w, 8), y)
	}
	return nil
}

package picture

// The constants of Loeffler, Ligtenberg and Moschytz' transform, times 2^13.
const (
	constBits, pass1Bits = 13, 2

	fix0298, fix0390, fix0541, fix0765 = 2446, 3196, 4433, 6270
	fix0899, fix1175, fix1501, fix1847 = 7373, 9633, 12299, 15137
	fix1961, fix2053, fix2562, fix3072 = 16069, 16819, 20995, 25172
)

// inverseDCT turns a block into samples, as libjpeg's jidctint.c: columns, then rows, in integers. last is 0 where only
// the first coefficient can be other than 0.
func inverseDCT(b *[64]int32, last int, out []uint8, stride int) {
	if last == 0 {
		v := clip8((b[0]<<pass1Bits+16)>>(pass1Bits+3) + 128)
		for range 8 {
			o := (*[8]uint8)(out)
			*o = [8]uint8{v, v, v, v, v, v, v, v}
			if len(out) <= stride {
				return
			}
			out = out[stride:]
		}
		return
	}
	for i := range 8 {
		c0, c1, c2, c3, c4, c5, c6, c7 := b[i], b[8+i], b[16+i], b[24+i], b[32+i], b[40+i], b[48+i], b[56+i]
		if c1|c2|c3|c4|c5|c6|c7 == 0 {
			v := c0 << pass1Bits
			b[i], b[8+i], b[16+i], b[24+i], b[32+i], b[40+i], b[48+i], b[56+i] = v, v, v, v, v, v, v, v
			continue
		}
		e0, e1, e2, e3 := evenPart(c0, c2, c4, c6)
		o0, o1, o2, o3 := oddPart(c1, c3, c5, c7)
		const shift, round = constBits - pass1Bits, 1 << (constBits - pass1Bits - 1)
		b[i], b[56+i] = (e0+o3+round)>>shift, (e0-o3+round)>>shift
		b[8+i], b[48+i] = (e1+o2+round)>>shift, (e1-o2+round)>>shift
		b[16+i], b[40+i] = (e2+o1+round)>>shift, (e2-o1+round)>>shift
		b[24+i], b[32+i] = (e3+o0+round)>>shift, (e3-o0+round)>>shift
	}
	for i := 0; i < 64; i += 8 {
		c := (*[8]int32)(b[i:])
		o := (*[8]uint8)(out)
		e0, e1, e2, e3 := evenPart(c[0], c[2], c[4], c[6])
		o0, o1, o2, o3 := oddPart(c[1], c[3], c[5], c[7])
		const shift = constBits + pass1Bits + 3
		const round = 1<<(shift-1) + 128<<shift
		o[0], o[7] = clip8((e0+o3+round)>>shift), clip8((e0-o3+round)>>shift)
		o[1], o[6] = clip8((e1+o2+round)>>shift), clip8((e1-o2+round)>>shift)
		o[2], o[5] = clip8((e2+o1+round)>>shift), clip8((e2-o1+round)>>shift)
		o[3], o[4] = clip8((e3+o0+round)>>shift), clip8((e3-o0+round)>>shift)
		if len(out) <= stride {
			return
		}
		out = out[stride:]
	}
}

func evenPart(c0, c2, c4, c6 int32) (e0, e1, e2, e3 int32) {
	z := (c2 + c6) * fix0541
	t2, t3 := z-c6*fix1847, z+c2*fix0765
	t0, t1 := (c0+c4)<<constBits, (c0-c4)<<constBits
	return t0 + t3, t1 + t2, t1 - t2, t0 - t3
}

func oddPart(c1, c3, c5, c7 int32) (o0, o1, o2, o3 int32) {
	z1, z2, z3, z4 := c7+c1, c5+c3, c7+c3, c5+c1
	z5 := (z3 + z4) * fix1175
	z1, z2 = -z1*fix0899, -z2*fix2562
	z3, z4 = z5-z3*fix1961, z5-z4*fix0390
	return c7*fix0298 + z1 + z3, c5*fix2053 + z2 + z4, c3*fix3072 + z2 + z3, c1*fix1501 + z1 + z4
}

func clip8(v int32) uint8 {
	if uint32(v) > 255 {
		return uint8(^(v >> 31)) // 0 below, 255 above
	}
	return uint8(v)
}

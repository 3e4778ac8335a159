package main

import (
	"bytes"
	bin "encoding/binary"
	"math/rand/v2"
)

// damageOgg damages a file and then mends the checksums of half of them, so that the decoder behind them meets the damage.
func damageOgg(r *rand.Rand, b []byte) []byte {
	b = damageBytes(r, b)
	if r.IntN(2) == 0 {
		return b
	}
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("OggS"))
		if i < 0 || len(b) < at+i+27 {
			return b
		}
		at += i
		size := 27 + int(b[at+26])
		if len(b) < at+size {
			return b
		}
		for _, n := range b[at+27 : at+size] {
			size += int(n)
		}
		if len(b) < at+size {
			return b
		}
		copy(b[at+22:], []byte{0, 0, 0, 0})
		sum := uint32(0)
		for _, v := range b[at : at+size] {
			sum ^= uint32(v) << 24
			for range 8 {
				sum = sum<<1 ^ sum>>31*0x04c11db7
			}
		}
		bin.LittleEndian.PutUint32(b[at+22:], sum)
		at += size
	}
}

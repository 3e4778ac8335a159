package sound

import (
	"encoding/binary"
	"math"
)

// waveSamples is how samples of a code and a number of bytes become floats: integers are divided by their largest
// magnitude, as in torchaudio and soundfile. Fewer bits than the bytes have are the upper ones, so nothing changes.
func waveSamples(code, bytes int) (encoding string, convert func(to []float32, from []byte), known bool) {
	le := binary.LittleEndian
	switch [2]int{code, bytes} {
	case [2]int{wavePCM, 1}:
		return "PCM_U", each(1, func(b []byte) float32 { return float32(int(b[0])-128) / (1 << 7) }), true
	case [2]int{wavePCM, 2}:
		return "PCM_S", each(2, func(b []byte) float32 { return float32(int16(le.Uint16(b))) / (1 << 15) }), true
	case [2]int{wavePCM, 3}:
		return "PCM_S", each(3, func(b []byte) float32 {
			return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
		}), true
	case [2]int{wavePCM, 4}:
		return "PCM_S", each(4, func(b []byte) float32 { return float32(int32(le.Uint32(b))) / (1 << 31) }), true
	case [2]int{waveFloat, 4}:
		return "PCM_F", each(4, func(b []byte) float32 { return math.Float32frombits(le.Uint32(b)) }), true
	case [2]int{waveFloat, 8}:
		return "PCM_F", each(8, func(b []byte) float32 { return float32(math.Float64frombits(le.Uint64(b))) }), true
	case [2]int{waveALaw, 1}:
		return "ALAW", each(1, func(b []byte) float32 { return aLaw[b[0]] }), true
	case [2]int{waveMuLaw, 1}:
		return "ULAW", each(1, func(b []byte) float32 { return muLaw[b[0]] }), true
	}
	return "", nil, false
}

func each(size int, one func(b []byte) float32) func([]float32, []byte) {
	return func(to []float32, from []byte) {
		for i := range to {
			to[i] = one(from[i*size:])
		}
	}
}

// The decoding tables of ITU-T G.711, scaled from 16 bits to -1 to 1.
var aLaw, muLaw = g711Tables()

func g711Tables() (a, mu [256]float32) {
	for code := range 256 {
		x := code ^ 0x55
		value := x&0x0f<<4 + 8
		if segment := x >> 4 & 7; segment > 0 {
			value = (value + 0x100) << (segment - 1)
		}
		if x&0x80 == 0 {
			value = -value
		}
		a[code] = float32(value) / (1 << 15)

		y := ^code & 0xff
		value = (y&0x0f<<3+0x84)<<(y>>4&7) - 0x84
		if y&0x80 != 0 {
			value = -value
		}
		mu[code] = float32(value) / (1 << 15)
	}
	return a, mu
}

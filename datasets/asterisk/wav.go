package asterisk

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// readWAV reads what the packages hold: uncompressed 16-bit PCM of one channel. A file that ends before its data does, or
// holds no samples, is an error.
func readWAV(content []byte) (samples []int16, rate int, err error) {
	if len(content) < 12 || string(content[:4]) != "RIFF" || string(content[8:12]) != "WAVE" {
		return nil, 0, errors.New("expected a WAV file, which begins with RIFF and WAVE")
	}
	known := false
	for rest := content[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		if size > int64(len(rest)) {
			return nil, 0, fmt.Errorf("the file ends early: its part %q has %d bytes, of which %d are there", id, size, len(rest))
		}
		part := rest[:size]
		switch id {
		case "fmt ":
			if rate, err = readFormat(part); err != nil {
				return nil, 0, err
			}
			known = true
		case "data":
			if !known {
				return nil, 0, errors.New("its format comes after its data")
			}
			if size < 2 {
				return nil, 0, errors.New("there are no samples in it")
			}
			samples = make([]int16, size/2)
			for i := range samples {
				samples[i] = int16(binary.LittleEndian.Uint16(part[2*i:]))
			}
			return samples, rate, nil
		}
		rest = rest[min(size+size%2, int64(len(rest))):]
	}
	return nil, 0, errors.New("there is no data in it")
}

func readFormat(part []byte) (rate int, err error) {
	if len(part) < 16 {
		return 0, fmt.Errorf("its format has %d bytes: expected at least 16", len(part))
	}
	tag, channels, bits := binary.LittleEndian.Uint16(part), binary.LittleEndian.Uint16(part[2:]), binary.LittleEndian.Uint16(part[14:])
	rate = int(binary.LittleEndian.Uint32(part[4:]))
	if tag != 1 || channels != 1 || bits != 16 || rate == 0 {
		return 0, fmt.Errorf("format %d with %d channels of %d bits at %d Hz: expected 1 (PCM) with 1 channel of 16 bits",
			tag, channels, bits, rate)
	}
	return rate, nil
}

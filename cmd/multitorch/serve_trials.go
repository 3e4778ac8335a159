package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"

	"multitorch/serve"
)

// tryFields makes requests of some fields: pictures and sounds of noise, and words that a model knows.
func tryFields(fields []serve.Field, words []string) trials {
	return func(i int) *serve.Form {
		r := rand.New(rand.NewPCG(uint64(i), 0))
		texts, numbers, files := map[string]string{}, map[string]float64{}, map[string][]byte{}
		for _, f := range fields {
			switch f.Kind {
			case serve.Picture:
				files[f.Name] = noisyPicture(r)
			case serve.Sound:
				files[f.Name] = noisySound(r)
			case serve.Number:
				numbers[f.Name] = 10 * r.NormFloat64()
			case serve.Choice:
				texts[f.Name] = f.Values[r.IntN(len(f.Values))]
			default:
				texts[f.Name] = someWords(r, words)
			}
		}
		return serve.NewForm(texts, numbers, files)
	}
}

func someWords(r *rand.Rand, words []string) string {
	said := []string{"a"}
	for range r.IntN(12) {
		if len(words) > 0 {
			said = append(said, words[r.IntN(len(words))])
		}
	}
	return strings.Join(said, " ")
}

func noisyPicture(r *rand.Rand) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 8+r.IntN(60), 8+r.IntN(60)))
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			m.SetRGBA(x, y, color.RGBA{uint8(r.Uint32()), uint8(3 * x), uint8(4 * y), 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // of a picture of this size and kind, into memory
	return b.Bytes()
}

// noisySound is a WAV file of half a second or more, of 16 bits at 16 kHz.
func noisySound(r *rand.Rand) []byte {
	samples := make([]int16, 8000+r.IntN(8000))
	for i := range samples {
		samples[i] = int16(8000 * r.NormFloat64())
	}
	var b bytes.Buffer
	size := uint32(2 * len(samples))
	for _, v := range []any{
		[]byte("RIFF"), 36 + size, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(16000), uint32(32000), uint16(2), uint16(16),
		[]byte("data"), size, samples,
	} {
		_ = binary.Write(&b, binary.LittleEndian, v) // into memory
	}
	return b.Bytes()
}

package sound_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/internal/sound"
)

// TestMutants damages each file many times: it is read or refused, in no time. Checksums of Ogg are mended on every other.
func TestMutants(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	require.NoError(t, err)
	for _, name := range files {
		if filepath.Ext(name) == ".f32" {
			continue
		}
		good := read(t, filepath.Base(name))
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			for number := range uint64(100) {
				r := rand.New(rand.NewPCG(1, number))
				b := bytes.Clone(good)
				for range 1 + r.IntN(4) {
					b = damage(r, b)
				}
				if number%2 == 0 {
					mendOgg(b)
				}
				start := time.Now()
				_, err := decode(b, sound.Limits{MaxSamples: 1 << 20, Truncated: number%3 == 0})
				require.Less(t, time.Since(start), time.Minute, fmt.Sprint("mutant ", number, ": ", err))
			}
		})
	}
}

func damage(r *rand.Rand, b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	at := r.IntN(len(b))
	if r.IntN(2) == 0 {
		at = r.IntN(min(len(b), 200)) // headers
	}
	end := min(len(b), at+1+r.IntN(64))
	switch r.IntN(5) {
	case 0:
		b[at] ^= 1 << r.IntN(8)
	case 1:
		copy(b[at:], bytes.Repeat([]byte{[]byte{0, 255, 127, 1}[r.IntN(4)]}, 1<<r.IntN(4)))
	case 2:
		return append(b[:at:at], b[end:]...)
	case 3:
		return append(append(b[:at:at], bytes.Repeat(b[at:end], 1+r.IntN(20))...), b[at:]...)
	case 4:
		return b[:at+1]
	}
	return b
}

package sound_test

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/sound"
)

// FuzzDecode gives damaged files to the readers: an error or a clip that is consistent and within the limits, never a
// panic. Checksums of Ogg pages are mended, so that damage comes through to Vorbis.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	require.NoError(f, err)
	for _, name := range files {
		if filepath.Ext(name) != ".f32" {
			f.Add(read(f, filepath.Base(name)))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = bytes.Clone(b)
		mendOgg(b)
		for _, truncated := range []bool{false, true} {
			c, err := decode(b, sound.Limits{MaxSamples: 1 << 18, Truncated: truncated})
			if err != nil {
				require.NotEmpty(t, err.Error())
				continue
			}
			require.LessOrEqual(t, len(c.Data), 1<<18)
			require.Equal(t, len(c.Data), c.Frames*c.Channels)
			require.Positive(t, c.Rate)
			for _, v := range c.Data {
				require.True(t, v-v == 0)
			}
		}
	})
}

func mendOgg(b []byte) {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("OggS"))
		if i < 0 || len(b) < at+i+27 {
			return
		}
		at += i
		size := 27 + int(b[at+26])
		if len(b) < at+size {
			return
		}
		for _, n := range b[at+27 : at+size] {
			size += int(n)
		}
		if len(b) < at+size {
			return
		}
		page := b[at : at+size]
		copy(page[22:], "\x00\x00\x00\x00")
		sum := uint32(0)
		for _, v := range page {
			sum ^= uint32(v) << 24
			for range 8 {
				sum = sum<<1 ^ sum>>31*0x04c11db7
			}
		}
		binary.LittleEndian.PutUint32(page[22:], sum)
		at += size
	}
}

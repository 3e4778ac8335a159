package main

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// bomb is a PNG of a few bytes that says that it has many pixels.
func bomb(t *testing.T, width, height uint32) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))))
	data := b.Bytes()
	binary.BigEndian.PutUint32(data[16:], width)
	binary.BigEndian.PutUint32(data[20:], height)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

func TestServeLimits(t *testing.T) {
	t.Parallel()
	l := &serving{serveCmd: &serveCmd{MaxPixels: 16, MaxSeconds: 0.4}}
	begin := time.Now()
	require.ErrorContains(t, l.checkPicture("image", bomb(t, 60_000, 60_000)), "image: the picture has 60000 x 60000 pixels: expected at most 16 million")
	require.ErrorContains(t, l.checkPicture("image", bomb(t, 4001, 4000)), "expected at most 16 million")
	require.NoError(t, l.checkPicture("image", bomb(t, 4000, 4000))) // that it is cut short is found when it is decoded
	require.NoError(t, l.checkPicture("image", []byte("no picture")))
	require.NoError(t, l.checkPicture("image", nil))
	sound := noisySound(rand.New(rand.NewPCG(0, 0)))
	require.ErrorContains(t, l.checkSound("audio", sound), "s long: expected at most 0.4")
	l.MaxSeconds = 1.1
	require.NoError(t, l.checkSound("audio", sound))
	require.ErrorContains(t, l.checkSound("audio", []byte("RIFF")), "audio: ")
	require.NoError(t, l.checkSound("audio", nil))
	require.Less(t, time.Since(begin), time.Minute)
}

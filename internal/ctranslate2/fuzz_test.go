package ctranslate2_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/ctranslate2"
)

func text(s string) []byte {
	return append(append(binary.LittleEndian.AppendUint16(nil, uint16(len(s)+1)), s...), 0)
}

func numbers(ns ...uint32) (b []byte) {
	for _, n := range ns {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

func variable(name string, kind byte, bytes uint32, shape ...uint32) []byte {
	b := append(text(name), byte(len(shape)))
	b = append(append(b, numbers(shape...)...), kind)
	return append(append(b, numbers(bytes)...), make([]byte, bytes)...)
}

func file(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

var whole = file(numbers(6), text("WhisperSpec"), numbers(3, 3), variable("a", 4, 12, 2, 3), variable("b", 3, 4),
	variable("c", 1, 5000, 5000), numbers(1), text("d"), text("a"))

func TestAFileIsRead(t *testing.T) {
	f, err := ctranslate2.Read(bytes.NewReader(whole), int64(len(whole)))
	require.NoError(t, err)
	require.Equal(t, "WhisperSpec", f.Spec)
	require.Len(t, f.Variables, 3)
	a, ok := f.Lookup("d")
	require.True(t, ok)
	require.Equal(t, []int{2, 3}, a.Shape)
	_, ok = f.Lookup("e")
	require.False(t, ok)
}

func TestDamagedFiles(t *testing.T) {
	for want, data := range map[string][]byte{
		"version 5": file(numbers(5), text("WhisperSpec"), numbers(3, 0, 0)),
		"NUL":       file(numbers(6), []byte{3, 0, 'a', 'b', 'c'}, numbers(3, 0, 0)),
		"the variable \"a\" comes twice": file(numbers(6), text("x"), numbers(3, 2), variable("a", 1, 1),
			variable("a", 1, 1), numbers(0)),
		"9 dimensions":           file(numbers(6), text("x"), numbers(3, 1), variable("a", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), numbers(0)),
		"more elements than":     file(numbers(6), text("x"), numbers(3, 1), variable("a", 1, 1, 1<<31, 1<<31, 1<<31), numbers(0)),
		"unknown type 6":         file(numbers(6), text("x"), numbers(3, 1), variable("a", 6, 1), numbers(0)),
		"which takes 6 bytes":    file(numbers(6), text("x"), numbers(3, 1), variable("a", 4, 5, 3), numbers(0)),
		"which is not there":     file(numbers(6), text("x"), numbers(3, 0, 1), text("a"), text("b")),
		"4 bytes follow":         file(whole, numbers(1)),
		"it has 6000 bytes, and": file(numbers(6), text("x"), numbers(3, 1), variable("a", 1, 6000, 6000))[:6000],
	} {
		_, err := ctranslate2.Read(bytes.NewReader(data), int64(len(data)))
		require.ErrorContains(t, err, want)
	}
	for n := range len(whole) {
		_, err := ctranslate2.Read(bytes.NewReader(whole[:n]), int64(n))
		require.ErrorContains(t, err, "cut short", n)
	}
}

// What is accepted lies within the file, and nothing takes memory out of proportion.
func FuzzRead(f *testing.F) {
	f.Add(whole)
	f.Add(whole[:100])
	f.Add(file(numbers(6), text("x"), numbers(3, 1), variable("a", 1, 1, 1<<31, 1<<31, 1<<31), numbers(0)))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read, err := ctranslate2.Read(bytes.NewReader(data), int64(len(data)))
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20+200*len(data)))
		if err != nil {
			require.Less(t, len(err.Error()), 2000)
			return
		}
		for _, v := range read.Variables {
			require.LessOrEqual(t, v.Begin+v.Bytes, int64(len(data)))
		}
	})
}

package tensorboard_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"multitorch/trainer/tensorboard"
)

// records cuts a file into its records; it trusts their lengths.
func records(file []byte) [][]byte {
	var rs [][]byte
	for len(file) > 0 {
		n := 16 + binary.LittleEndian.Uint64(file)
		rs, file = append(rs, file[:n]), file[n:]
	}
	return rs
}

// record frames data as a good record. size, if not negative, is the length that it claims.
func record(data []byte, size int64) []byte {
	mask := func(b []byte) uint32 {
		crc := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
		return (crc>>15 | crc<<17) + 0xa282ead8
	}
	if size < 0 {
		size = int64(len(data))
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(size))
	b = binary.LittleEndian.AppendUint32(b, mask(b))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, mask(data))
}

func golden(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/golden.tfevents")
	require.NoError(t, err)
	return b
}

// read returns the number of events and the error that ended them.
func read(r io.Reader) (n int, last error) {
	for _, err := range tensorboard.Read(r) {
		if err != nil {
			last = errors.Join(last, err)
			continue
		}
		n++
	}
	return n, last
}

func TestReadTruncatedAnywhere(t *testing.T) {
	file := golden(t)
	starts := map[int]int{0: 0} // offset of each record -> events before it
	end := 0
	for i, r := range records(file) {
		end += len(r)
		starts[end] = i + 1
	}
	before, start := 0, 0
	for cut := range file {
		n, err := read(bytes.NewReader(file[:cut]))
		if whole, ok := starts[cut]; ok {
			before, start = whole, cut
			require.NoError(t, err, "cut at %d", cut)
		} else {
			var truncated *tensorboard.TruncatedError
			require.ErrorAs(t, err, &truncated, "cut at %d", cut)
			require.Equal(t, int64(start), truncated.Offset)
		}
		require.Equal(t, before, n, "cut at %d", cut)
	}
}

func TestReadOneBitFlipped(t *testing.T) {
	file := bytes.Join(records(golden(t))[:9], nil)
	for i := range file {
		bad := bytes.Clone(file)
		bad[i] ^= 0x10
		_, err := read(bytes.NewReader(bad))
		var corrupt *tensorboard.CorruptError
		require.ErrorAs(t, err, &corrupt, "byte %d", i)
		require.LessOrEqual(t, corrupt.Offset, int64(i))
	}
}

func TestReadCorrupt(t *testing.T) {
	const huge = tensorboard.MaxRecord + 1
	good := record(nil, -1)
	flip := func(at int) []byte {
		b := record([]byte{0x10, 1}, -1)
		b[at] ^= 1
		return b
	}
	tests := []struct {
		name string
		bad  []byte
		want string
	}{
		{"length", flip(0), "checksum of its length"},
		{"checksum of the length", flip(8), "checksum of its length"},
		{"data", flip(12), "checksum of its data"},
		{"checksum of the data", flip(14), "checksum of its data"},
		{"too long", record(nil, huge), "its length says 268435457"},
		{"length of all ones", record(nil, 1<<63-1), "expected at most 268435456 bytes"},
		{"no protocol buffer", record([]byte{0xff}, -1), "no protocol buffer"},
		{"summary cut short", record([]byte{5<<3 | 2, 9, 1}, -1), "no protocol buffer"},
		{"histogram uneven", record([]byte{
			5<<3 | 2, 14, // summary
			1<<3 | 2, 12, // value
			5<<3 | 2, 10, // histogram
			6<<3 | 2, 8, 0, 0, 0, 0, 0, 0, 0, 0, // one limit, no count
		}, -1), "1 limits and 0 counts"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := read(bytes.NewReader(append(bytes.Clone(good), tt.bad...)))
			var corrupt *tensorboard.CorruptError
			require.ErrorAs(t, err, &corrupt)
			require.Equal(t, int64(len(good)), corrupt.Offset)
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, 1, n)
		})
	}
}

func TestReadClaimsMoreThanThereIs(t *testing.T) {
	file := record([]byte("short"), tensorboard.MaxRecord)
	allocs := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			_, err := read(bytes.NewReader(file))
			require.ErrorAs(b, err, new(*tensorboard.TruncatedError))
		}
	})
	require.Less(t, allocs.AllocedBytesPerOp(), int64(100_000), "memory follows the file, not the claim")
}

func TestReadPassesOnErrors(t *testing.T) {
	boom := errors.New("boom")
	n, err := read(io.MultiReader(bytes.NewReader(golden(t)[:100]), iotest.ErrReader(boom)))
	require.ErrorIs(t, err, boom)
	require.Equal(t, 1, n)
}

func TestReadEmptyAndBreak(t *testing.T) {
	n, err := read(bytes.NewReader(nil))
	require.NoError(t, err)
	require.Zero(t, n)
	for range tensorboard.Read(bytes.NewReader(golden(t))) {
		n++
		break
	}
	require.Equal(t, 1, n)
}

func FuzzRead(f *testing.F) {
	f.Add(golden(f)[:1200])
	f.Add(record([]byte("short"), 1<<20))
	f.Fuzz(func(t *testing.T, file []byte) {
		n, err := read(bytes.NewReader(file))
		require.LessOrEqual(t, 16*n, len(file))
		if err != nil && !errors.As(err, new(*tensorboard.CorruptError)) {
			require.ErrorAs(t, err, new(*tensorboard.TruncatedError))
		}
	})
}

// FuzzReadEvent gets past the checksums, to the decoder.
func FuzzReadEvent(f *testing.F) {
	more, err := os.ReadFile("testdata/more.tfevents")
	require.NoError(f, err)
	for _, r := range append(records(golden(f)), records(more)...) {
		f.Add(r[12 : len(r)-4])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := read(bytes.NewReader(record(data, -1)))
		if err != nil {
			require.ErrorAs(t, err, new(*tensorboard.CorruptError))
			require.Zero(t, n)
		} else {
			require.Equal(t, 1, n)
		}
	})
}

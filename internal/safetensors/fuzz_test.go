package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/safetensors"
)

func file(header string, elements int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, elements)...)
}

// What is accepted covers the file, and is written as it was read; nothing takes memory out of proportion.
func FuzzHeader(f *testing.F) {
	f.Add(file(`{}`, 0))
	f.Add(file(`{"__metadata__":{"alias.c":"a","head.weight":"a","format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8))
	f.Add(file(`{"__metadata__":null,"b":{"shape":[1,0],"data_offsets":[0,0],"dtype":"BOOL"},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}  `, 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		h, err := safetensors.ReadHeader(bytes.NewReader(data), int64(len(data)))
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20+100*len(data)))
		if err != nil {
			require.Less(t, len(err.Error()), 2000)
			return
		}
		end := int64(0)
		for _, x := range h.Tensors {
			require.Equal(t, end, x.Begin)
			end = x.End
		}
		require.EqualValues(t, len(data), h.Start+end)
		metadata := h.Metadata
		for _, a := range h.Aliases {
			if metadata == nil {
				metadata = map[string]string{}
			}
			metadata[safetensors.AliasPrefix+a.Name] = a.Of
		}
		again := append(safetensors.Encode(h.Tensors, metadata), data[h.Start:]...)
		got, err := safetensors.ReadHeader(bytes.NewReader(again), int64(len(again)))
		require.NoError(t, err)
		require.Equal(t, h.Tensors, got.Tensors)
		require.Equal(t, h.Aliases, got.Aliases)
		require.Equal(t, h.Tied, got.Tied)
	})
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"metadata":{"total_size":16,"alias.b":"a"},"weight_map":{"a":"m-00001-of-00001.safetensors"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := safetensors.ParseIndex(data)
		if err != nil {
			require.Less(t, len(err.Error()), 2000)
			return
		}
		for _, name := range x.Names {
			of := name
			if alias, is := x.Aliases[name]; is {
				of = alias
			}
			require.Contains(t, x.Tensors[x.Files[of]], of)
		}
	})
}

package torch_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// file puts a file together from a header and the elements.
func file(header string, elements ...byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), elements...)
}

func TestSafetensorsBadFiles(t *testing.T) {
	four := []byte{0, 0, 0, 0}
	eight := make([]byte, 8)
	const a, b = `"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`, `"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}`
	for name, c := range map[string]struct {
		file    []byte
		message string
	}{
		"empty file":           {nil, "found 0 bytes"},
		"cut in the length":    {file("{}")[:7], "found 7 bytes"},
		"cut in the header":    {file("{" + a + "}")[:20], "the file ends within its header: that has 54 bytes, but only 12 follow"},
		"a long header":        {append(binary.LittleEndian.AppendUint64(nil, 100_000_001), '{'), "100000001 bytes, more than the 100000000"},
		"a negative header":    {append(binary.LittleEndian.AppendUint64(nil, math.MaxUint64), '{'), "this is no safetensors file"},
		"no header":            {file(""), "expected JSON that begins with {"},
		"a list":               {file("[]"), "expected JSON that begins with {"},
		"a space first":        {file(" {}"), "expected JSON that begins with {"},
		"not UTF-8":            {file("{\"\xff\":1}"), "not valid UTF-8"},
		"half a header":        {file(`{"a":`), "unexpected EOF"},
		"two objects":          {file("{}{}"), "something follows"},
		"a text after it":      {file("{} x"), "something follows"},
		"no JSON":              {file("{a}"), "invalid character"},
		"a trailing comma":     {file("{"+a+",}", four...), "invalid character"},
		"duplicate tensor":     {file("{"+a+","+a+"}", four...), `the key "a" comes twice`},
		"duplicate, escaped":   {file("{"+a+","+strings.Replace(a, "a", `\u0061`, 1)+"}", four...), `the key "a" comes twice`},
		"duplicate field":      {file(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four...), `"a": the key "dtype" comes twice`},
		"duplicate metadata":   {file(`{"__metadata__":{"k":"1","k":"2"}}`), `"__metadata__": the key "k" comes twice`},
		"metadata twice":       {file(`{"__metadata__":{},"__metadata__":{}}`), `the key "__metadata__" comes twice`},
		"metadata not text":    {file(`{"__metadata__":{"k":1}}`), `"k": expected a string, found 1`},
		"metadata a number":    {file(`{"__metadata__":3}`), `expected {, found 3`},
		"65 dimensions":        {file(`{"a":{"dtype":"F32","shape":[`+strings.Repeat("1,", 64)+`1],"data_offsets":[0,4]}}`, four...), "expected no more than 64 numbers"},
		"many dimensions":      {file(`{"a":{"dtype":"F32","shape":[`+strings.Repeat("1,", 3_000_000)+`1],"data_offsets":[0,4]}}`, four...), "no more than 64"},
		"a long name":          {file(`{"`+strings.Repeat("n", 1<<20)+`":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, four...), "takes 8 bytes"},
		"a long dtype":         {file(`{"a":{"dtype":"`+strings.Repeat("n", 1<<20)+`","shape":[2],"data_offsets":[0,4]}}`, four...), "is unknown here"},
		"a long number":        {file(`{"a":{"dtype":"F32","shape":[`+strings.Repeat("9", 1<<20)+`],"data_offsets":[0,4]}}`, four...), "expected whole numbers"},
		"a long hole":          {file(`{"`+strings.Repeat("n", 1<<20)+`":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[5,9]}}`, make([]byte, 9)...), "there is a hole"},
		"unknown field":        {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, four...), `"a": "x": expected dtype, shape and data_offsets only`},
		"missing field":        {file(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, four...), `"a": expected dtype, shape and data_offsets`},
		"unknown dtype":        {file(`{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}`, four...), `"a": "dtype": "F99" is unknown here`},
		"dtype not text":       {file(`{"a":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]}}`, four...), `"dtype": expected a string, found [`},
		"entry not an object":  {file(`{"a":[]}`), `"a": expected {, found [`},
		"shape not a list":     {file(`{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}`, four...), `"shape": expected [, found 1`},
		"negative size":        {file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, four...), "found -1"},
		"half a size":          {file(`{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}`, four...), "found 1.0"},
		"nested size":          {file(`{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}`, four...), "found ["},
		"size over 63 bits":    {file(`{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}`, four...), "found 9223372036854775808"},
		"product over 63 bits": {file(`{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`), "larger than any memory"},
		"product before a 0":   {file(`{"a":{"dtype":"U8","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}`), "larger than any memory"},
		"bytes over 63 bits":   {file(`{"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,0]}}`), "larger than any memory"},
		"shape and bytes":      {file(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,4]}}`, four...), `"a": float32[3] takes 12 bytes, but data_offsets [0 4] hold 4`},
		"backward offsets":     {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, four...), "expected a begin and an end, found [4 0]"},
		"three offsets":        {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}`, four...), "expected a begin and an end"},
		"a hole at first":      {file("{"+b+"}", eight...), `tensor "b": there is a hole between it and the header: it begins at 4 instead of 0`},
		"a hole":               {file("{"+a+`,"c":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}`, eight[:6]...), `tensor "c": there is a hole between it and "a"`},
		"an overlap":           {file("{"+a+`,"c":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}`, eight[:5]...), `tensor "c": there is an overlap between it and "a"`},
		"the same place":       {file("{"+a+","+strings.Replace(a, "a", "c", 1)+"}", four...), "an overlap"},
		"cut in the elements":  {file("{"+a+","+b+"}", eight[:7]...), `tensor "b": the file ends within its elements: they end at 8, but only 7 bytes`},
		"bytes left over":      {file("{"+a+"}", eight...), "4 bytes follow after the last tensor"},
		"elements but no key":  {file("{}", 1), "1 bytes follow"},
		"neither true nor not": {file(`{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}`, 1, 2), `tensor "a": element 1 is the byte 2, but a bool is 0 or 1`},
		"alias of nothing":     {file(`{"__metadata__":{"alias.c":"d"},`+a+`}`, four...), `make "c" an alias of "d"`},
		"alias of an alias":    {file(`{"__metadata__":{"alias.c":"a","alias.d":"c"},`+a+`}`, four...), `make "d" an alias of "c"`},
		"alias of itself":      {file(`{"__metadata__":{"alias.c":"c"},`+a+`}`, four...), `make "c" an alias of "c"`},
		"alias of that name":   {file(`{"__metadata__":{"alias.a":"a"},`+a+`}`, four...), `make "a" an alias of "a"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.safetensors")
			require.NoError(t, os.WriteFile(path, c.file, 0o644))
			before := torch.LiveTensors()
			tensors, metadata, err := torch.LoadSafetensors(path)
			require.ErrorContains(t, err, c.message)
			require.ErrorContains(t, err, path)
			require.Nil(t, tensors)
			require.Nil(t, metadata)
			require.LessOrEqual(t, torch.LiveTensors(), before)
			if !strings.HasPrefix(name, "neither") { // only reading the elements shows this
				_, _, err = torch.SafetensorsHeader(path)
				require.ErrorContains(t, err, c.message)
			}
		})
	}
}

func TestSafetensorsOddButGoodFiles(t *testing.T) {
	for name, file := range map[string][]byte{
		"nothing":                 file("{}"),
		"space after":             file("{} \n\t"),
		"out of order":            file(`{"b":{"shape":[1],"data_offsets":[1,2],"dtype":"U8"},"a":{"data_offsets":[0,1],"dtype":"U8","shape":[]}}`, 1, 2),
		"empty ones in between":   file(`{"e":{"dtype":"F32","shape":[0],"data_offsets":[1,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 1, 2),
		"no name, and many sizes": file(`{"":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}`, 1),
	} {
		tensors, _, err := torch.ReadSafetensors(bytes.NewReader(file), int64(len(file)))
		require.NoError(t, err, name)
		at := byte(1)
		for _, x := range tensors {
			if x.Tensor.Numel() > 0 {
				require.Equal(t, []byte{at}, x.Tensor.Bytes(), name)
				at++
			}
		}
	}
}

func TestSafetensorsFilesThatCantBeRead(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, _, err := torch.LoadSafetensors(missing)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, _, err = torch.LoadSafetensors(t.TempDir())
	require.ErrorContains(t, err, "no regular file")
	require.Error(t, torch.SaveSafetensors(filepath.Join(missing, "x"), nil, nil))

	// The reader fails, or has less than it said.
	whole := file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 0, 0, 0, 0)
	broken := errors.New("broken disk")
	for n := range whole {
		before := torch.LiveTensors()
		_, _, err = torch.ReadSafetensors(failing{whole[:n], broken}, int64(len(whole)))
		require.ErrorIs(t, err, broken)
		_, _, err = torch.ReadSafetensors(bytes.NewReader(whole[:n]), int64(len(whole)))
		require.Error(t, err)
		require.LessOrEqual(t, torch.LiveTensors(), before)
	}
}

// failing has some bytes and then an error.
type failing struct {
	data []byte
	err  error
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	n := copy(p, f.data[min(off, int64(len(f.data))):])
	if n < len(p) {
		return n, f.err
	}
	return n, nil
}

func TestSafetensorsTakeNoMoreThanTheFile(t *testing.T) {
	long := append(binary.LittleEndian.AppendUint64(nil, 100_000_000), '{')
	large := file(`{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}`)
	var before, after runtime.MemStats
	bytesBefore := torch.LiveBytes()
	runtime.ReadMemStats(&before)
	for _, f := range [][]byte{long, large} {
		_, _, err := torch.ReadSafetensors(bytes.NewReader(f), int64(len(f)))
		require.Error(t, err)
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	require.LessOrEqual(t, torch.LiveBytes(), bytesBefore)
}

func FuzzSafetensors(f *testing.F) {
	golden, err := os.ReadFile("testdata/official.safetensors")
	require.NoError(f, err)
	f.Add(golden)
	f.Add(file(`{"__metadata__":{"alias.c":"a"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1))
	f.Add(file(`{"a":{"dtype":"BOOL","shape":[0,9],"data_offsets":[0,0]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, metadata, err := torch.ReadSafetensors(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		total := 0
		for _, x := range tensors {
			total += len(x.Tensor.Bytes())
		}
		if len(tensors) == 0 {
			return
		}
		var b bytes.Buffer
		require.NoError(t, torch.WriteSafetensors(&b, tensors, metadata))
		again, metadataAgain, err := torch.ReadSafetensors(bytes.NewReader(b.Bytes()), int64(b.Len()))
		require.NoError(t, err)
		require.Equal(t, metadata, metadataAgain)
		for _, x := range tensors {
			requireSame(t, x.Tensor, byName(again)[x.Name])
			x.Tensor.Free()
		}
	})
}

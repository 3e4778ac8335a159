package pretrained_test

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// variables are a tiny Whisper as CTranslate2 has it: 2 mel bands, width 4, one layer on each side.
func variables() map[string][]int {
	v := map[string][]int{
		"encoder/conv1/weight": {4, 2, 3}, "encoder/conv1/bias": {4}, "encoder/conv2/weight": {4, 4, 3}, "encoder/conv2/bias": {4},
		"encoder/position_encodings/encodings": {6, 4}, "decoder/position_encodings/encodings": {5, 4},
		"encoder/layer_norm/gamma": {4}, "encoder/layer_norm/beta": {4}, "decoder/layer_norm/gamma": {4}, "decoder/layer_norm/beta": {4},
		"decoder/embeddings/weight": {20, 4},
		"encoder/num_heads":         {}, "decoder/num_heads": {}, "decoder/pre_norm": {},
	}
	linear := func(name string, out, in int) { v[name+"/weight"], v[name+"/bias"] = []int{out, in}, []int{out} }
	norm := func(name string) { v[name+"/gamma"], v[name+"/beta"] = []int{4}, []int{4} }
	for _, layer := range []string{"encoder/layer_0", "decoder/layer_0"} {
		linear(layer+"/self_attention/linear_0", 12, 4)
		linear(layer+"/self_attention/linear_1", 4, 4)
		linear(layer+"/ffn/linear_0", 8, 4)
		linear(layer+"/ffn/linear_1", 4, 8)
		norm(layer + "/self_attention/layer_norm")
		norm(layer + "/ffn/layer_norm")
	}
	linear("decoder/layer_0/attention/linear_0", 4, 4)
	linear("decoder/layer_0/attention/linear_1", 8, 4)
	linear("decoder/layer_0/attention/linear_2", 4, 4)
	norm("decoder/layer_0/attention/layer_norm")
	return v
}

// weight is element i of a variable: keys have no bias.
func weight(name string, shape []int, i int) float32 {
	third := 0
	switch {
	case len(shape) != 1:
	case shape[0] == 12:
		third = i/4 + 1
	case shape[0] == 8 && name == "decoder/layer_0/attention/linear_1/bias":
		third = i/4 + 2
	}
	if third == 2 {
		return 0
	}
	return float32(math.Round(8*math.Sin(float64(i+len(name))))) / 16 // exact in 16 bits
}

func elements(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}

// storage is how weights are stored; those of one dimension, biases and norms, are stored as Float32 where it is of integers.
type storage struct {
	kind byte
	size int
}

var (
	float32s  = storage{0, 4}
	int8s     = storage{1, 1}
	int16s    = storage{2, 2}
	float16s  = storage{4, 2}
	bfloat16s = storage{5, 2}
)

// ct2File writes such a file.
func ct2File(variables map[string][]int, as storage) (b []byte) {
	text := func(s string) {
		b = append(append(binary.LittleEndian.AppendUint16(b, uint16(len(s)+1)), s...), 0)
	}
	number := func(n int) { b = binary.LittleEndian.AppendUint32(b, uint32(n)) }
	head := func(name string, shape []int, kind byte, bytes int) {
		text(name)
		b = append(b, byte(len(shape)))
		for _, s := range shape {
			number(s)
		}
		b = append(b, kind)
		number(bytes)
	}
	var names []string
	quantised := 0
	for name, shape := range variables {
		names = append(names, name)
		if len(shape) > 1 && (as == int8s || as == int16s) {
			quantised++
		}
	}
	slices.Sort(names)
	number(6)
	text("WhisperSpec")
	number(3)
	number(len(names) + quantised)
	for _, name := range names {
		shape := variables[name]
		n := elements(shape)
		switch {
		case len(shape) == 0:
			head(name, shape, 2, 2)
			b = append(b, 2, 0)
		case len(shape) > 1 && as == int8s:
			head(name, shape, 1, n)
			var scales []float32
			for row := range shape[0] {
				most := 0.
				for i := row * n / shape[0]; i < (row+1)*n/shape[0]; i++ {
					most = max(most, math.Abs(float64(weight(name, shape, i))))
				}
				scales = append(scales, float32(127/most))
			}
			for i := range n {
				b = append(b, byte(int8(math.Round(float64(weight(name, shape, i)*scales[i*shape[0]/n])))))
			}
			head(name+"_scale", shape[:1], 0, 4*shape[0])
			for _, s := range scales {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(s))
			}
		case len(shape) > 1 && as == int16s:
			head(name, shape, 2, 2*n)
			for i := range n {
				b = binary.LittleEndian.AppendUint16(b, uint16(int16(math.Round(float64(weight(name, shape, i)*2048)))))
			}
			head(name+"_scale", nil, 0, 4)
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(2048))
		default:
			if as == int8s || as == int16s {
				body := plain(name, shape, float32s, head)
				b = append(b, body...)
			} else {
				body := plain(name, shape, as, head)
				b = append(b, body...)
			}
		}
	}
	number(1)
	text("decoder/projection/weight")
	text("decoder/embeddings/weight")
	return b
}

func plain(name string, shape []int, as storage, head func(string, []int, byte, int)) (elementsOf []byte) {
	n := elements(shape)
	head(name, shape, as.kind, n*as.size)
	for i := range n {
		w := weight(name, shape, i)
		switch as {
		case float32s:
			elementsOf = binary.LittleEndian.AppendUint32(elementsOf, math.Float32bits(w))
		default:
			elementsOf = append(elementsOf, half(w, as)...)
		}
	}
	return elementsOf
}

// half is a number that has few bits, in 16 of them.
func half(w float32, as storage) []byte {
	bits := math.Float32bits(w)
	if as == bfloat16s || w == 0 {
		return binary.LittleEndian.AppendUint16(nil, uint16(bits>>16))
	}
	exponent := bits>>23&0xff - 127 + 15
	return binary.LittleEndian.AppendUint16(nil, uint16(bits>>31<<15|exponent<<10|bits>>13&0x3ff))
}

// ct2Folder is a folder with such a file and what lies beside it.
func ct2Folder(t *testing.T, model []byte) string {
	dir := t.TempDir()
	tokenizer := `{"added_tokens": [
		{"id": 3, "content": "<|endoftext|>", "special": true}, {"id": 4, "content": "<|startoftranscript|>", "special": true},
		{"id": 5, "content": "<|en|>", "special": true}, {"id": 6, "content": "<|translate|>", "special": true},
		{"id": 7, "content": "<|transcribe|>", "special": true}, {"id": 8, "content": "<|startofprev|>", "special": true},
		{"id": 9, "content": "<|notimestamps|>", "special": true}], "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2}}}`
	for name, content := range map[string]string{
		"model.bin": string(model), "tokenizer.json": tokenizer,
		"config.json": `{"suppress_ids": [1, 4], "suppress_ids_begin": [2, 3], "alignment_heads": [[0, 1]], "lang_ids": [6]}`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	return dir
}

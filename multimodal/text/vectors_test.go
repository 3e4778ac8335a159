package text_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/text"
	"multitorch/nn"
	"multitorch/torch"
)

// word2vec is a binary file, with a line break behind each vector or without.
func word2vec(breaks bool, words ...string) []byte {
	b := fmt.Appendf(nil, "%d 2\n", len(words))
	for i, w := range words {
		b = append(b, w+" "...)
		b, _ = binary.Append(b, binary.LittleEndian, []float32{float32(i), -0.5})
		if breaks {
			b = append(b, '\n')
		}
	}
	return b
}

const glove = "the 0.5 -1\n. . . 2 3e-2\n\u00e9t\u00e9 4 5\nthe 9 9\n"

// TestVectorFiles reads the three forms, packed or not, to the same.
func TestVectorFiles(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write([]byte(glove))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for name, content := range map[string]string{
		"glove": glove, "fasttext": "4 2\n" + glove, "windows": strings.ReplaceAll(glove, "\n", " \r\n"), "gzip": zipped.String(),
	} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		v, err := text.LoadVectors(path)
		require.NoError(t, err, name)
		require.Equal(t, []string{"the", ". . .", "été"}, v.Words(), name)
		x, ok := v.Vector(". . .")
		require.True(t, ok)
		require.Equal(t, []float32{2, 0.03}, x)
		x, _ = v.Vector("the")
		require.Equal(t, []float32{0.5, -1}, x)
		_, ok = v.Vector("new")
		require.False(t, ok)
	}
	for _, breaks := range []bool{false, true} {
		v, err := text.ReadVectors(bytes.NewReader(word2vec(breaks, "a", "b_c", "日本")), text.Binary(true))
		require.NoError(t, err)
		require.Equal(t, []string{"a", "b_c", "日本"}, v.Words())
		x, _ := v.Vector("日本")
		require.Equal(t, []float32{2, -0.5}, x)
	}
}

func TestVectorFilesThatAreNone(t *testing.T) {
	b := word2vec(true, "a", "b")
	nan := bytes.Replace(b, []byte{0, 0, 0, 0xbf}, []byte{0, 0, 0xc0, 0x7f}, 1)
	for _, c := range []struct {
		content, want string
		opts          []text.VectorsOption
	}{
		{"", "there are no word vectors in it", nil},
		{"3 2\n", "there are no word vectors in it", nil},
		{"a 1 2\nb 1\n", "line 2: expected a word and 2 numbers, found 1", nil},
		{"a 1 2\nb 1 x\n", `line 2: expected a number, found "x"`, nil},
		{"a 1 2\nb 1 nan\n", `line 2: expected a number, found "nan"`, nil},
		{"alone\n", "line 1: expected a word and 1 to 65536 numbers", nil},
		{strings.Repeat("y", 3<<20), "line 1: bufio.Scanner: token too long", nil},
		{"a 1 2\nb 3 4\n", "there are more than 3 numbers in it", []text.VectorsOption{text.MaxNumbers(3)}},
		{"\xba\x16\x4f\x2frest", "fastText's own binary form", nil},
		{"\x1f\x8bno", "EOF", nil},
		{"x", "expected a first line", []text.VectorsOption{text.Binary(true)}},
		{"5 99999999\n", "expected a first line", []text.VectorsOption{text.Binary(true)}},
		{string(b[:len(b)-3]), `word 2 of 2, "b": its vector is cut short`, []text.VectorsOption{text.Binary(true)}},
		{string(b[:5]), "word 1 of 2: the file is cut short", []text.VectorsOption{text.Binary(true)}},
		{"1 2\n" + strings.Repeat("w", 9000), "goes on for more than 4096 bytes", []text.VectorsOption{text.Binary(true)}},
		{string(nan), `word 1 of 2, "a": number 1 is NaN`, []text.VectorsOption{text.Binary(true)}},
	} {
		_, err := text.ReadVectors(strings.NewReader(c.content), c.opts...)
		require.ErrorContains(t, err, c.want, "%.40q", c.content)
	}
	_, err := text.LoadVectors(t.TempDir())
	require.ErrorContains(t, err, "a folder")
}

// TestVectorTable brings vectors into an embedding, with each way for unknown tokens.
func TestVectorTable(t *testing.T) {
	vocabulary, err := text.NewVocabulary([]string{"<pad>", "été", "the", "new"})
	require.NoError(t, err)
	v, err := text.ReadVectors(strings.NewReader(glove), text.OnlyWords(vocabulary))
	require.NoError(t, err)
	require.Equal(t, 2, v.Len())
	for _, c := range []struct {
		unknown text.Unknown
		want    []float32
	}{
		{text.UnknownZero, []float32{0, 0, 4, 5, 0.5, -1, 0, 0}},
		{text.UnknownMean, []float32{2.25, 2, 4, 5, 0.5, -1, 2.25, 2}},
	} {
		table, found, err := v.Table(vocabulary, c.unknown)
		require.NoError(t, err)
		require.Equal(t, 2, found)
		require.Equal(t, torch.Shape{4, 2}, table.Shape())
		require.Equal(t, c.want, torch.ToSlice[float32](table))
		row := nn.EmbeddingFromPretrained(table).Forward(torch.FromSlice([]int64{1}))
		require.Equal(t, []float32{4, 5}, torch.ToSlice[float32](row))
	}
	_, _, err = v.Table(vocabulary, text.UnknownError)
	require.EqualError(t, err, `text: there is no vector for the token "<pad>"`)
	a, _, err := v.Table(vocabulary, text.UnknownRandom(3, 0.1))
	require.NoError(t, err)
	b, _, err := v.Table(vocabulary, text.UnknownRandom(3, 0.1))
	require.NoError(t, err)
	require.Equal(t, torch.ToSlice[float32](a), torch.ToSlice[float32](b))
	first, err := text.ReadVectors(strings.NewReader(glove+"not a line"), text.FirstWords(2))
	require.NoError(t, err)
	require.Equal(t, 2, first.Len())
}

func FuzzVectors(f *testing.F) {
	f.Add([]byte(glove), false)
	f.Add([]byte("2 2\n"+glove), false)
	f.Add(word2vec(true, "a", "b"), true)
	f.Fuzz(func(t *testing.T, content []byte, binary bool) {
		v, err := text.ReadVectors(bytes.NewReader(content), text.Binary(binary), text.MaxNumbers(1<<20))
		if err != nil {
			return
		}
		for _, w := range v.Words() {
			x, ok := v.Vector(w)
			require.True(t, ok)
			require.Len(t, x, v.Dim)
		}
	})
}

func FuzzVocabulary(f *testing.F) {
	f.Add([]byte(`{"tokens":["<unk>","a"],"default":"<unk>"}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		var v text.Vocabulary
		if v.UnmarshalJSON(content) == nil {
			require.Len(t, v.Tokens(), v.Len())
		}
		if v, err := text.ReadText(bytes.NewReader(content)); err == nil {
			require.Len(t, v.Tokens(), v.Len())
		}
	})
}

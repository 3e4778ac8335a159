package transformers_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/pretrained"
)

// miniLM is the folder of MiniLM, if it has been fetched.
func miniLM(t testing.TB) string {
	t.Helper()
	dir, err := pretrained.Find("minilm")
	if errors.Is(err, pretrained.ErrNotFetched) {
		t.Skip("not tried with MiniLM: ", err)
	}
	require.NoError(t, err)
	return dir
}

func TestMiniLMIsPythons(t *testing.T) {
	var g struct {
		Sentences []struct {
			Text  string    `json:"text"`
			IDs   []int64   `json:"ids"`
			First []float64 `json:"first5"`
			Sum   float64   `json:"sum"`
		} `json:"sentences"`
		Cosine [][]float64 `json:"cosine"`
	}
	b, err := os.ReadFile(filepath.Join("testdata", "golden", "minilm.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &g))
	m, err := transformers.LoadSentenceTransformer(miniLM(t))
	require.NoError(t, err)
	require.Equal(t, 256, m.Limit)
	require.Equal(t, 384, m.Size())
	var texts []string
	for _, s := range g.Sentences {
		texts = append(texts, s.Text)
	}
	ids, err := m.Tokens(texts)
	require.NoError(t, err)
	vectors, err := m.Encode(texts)
	require.NoError(t, err)
	all := torch.ToSlice[float32](vectors)
	for i, s := range g.Sentences {
		require.Equal(t, s.IDs, ids[i], s.Text)
		sum := 0.0
		for j, x := range all[i*384 : (i+1)*384] {
			if sum += float64(x); j < len(s.First) {
				require.InDelta(t, s.First[j], x, 1e-6, s.Text)
			}
		}
		require.InDelta(t, s.Sum, sum, 1e-5, s.Text)
	}
	cosine := torch.ToSlice[float32](vectors.Matmul(vectors.T()))
	for i, row := range g.Cosine {
		for j, want := range row {
			require.InDelta(t, want, cosine[i*len(row)+j], 1e-5)
		}
	}
}

func TestSentencesInAnyCompany(t *testing.T) {
	m, err := transformers.LoadSentenceTransformer(miniLM(t))
	require.NoError(t, err)
	long := ""
	for range 400 {
		long += "word "
	}
	texts := []string{"A cat sits on the mat.", "", long, "\xff broken \xf0\x9f", "我喜欢吃寿司", "a"}
	together, err := m.Encode(texts)
	require.NoError(t, err)
	for i, text := range texts {
		alone, err := m.Encode([]string{text})
		require.NoError(t, err)
		require.True(t, torch.Allclose(together.Select(0, i), alone.Select(0, 0), 0, 5e-7), text)
		require.InDelta(t, 1, alone.Norm().Item(), 1e-6)
	}
	ids, err := m.Tokens([]string{long})
	require.NoError(t, err)
	require.Len(t, ids[0], 256)
	before := leak.CollectorOff(t)
	for range 3 {
		v, err := m.Encode(texts)
		require.NoError(t, err)
		v.Free()
	}
	require.Equal(t, before, torch.LiveTensors())
	none, err := m.Encode(nil)
	require.NoError(t, err)
	require.Equal(t, torch.Shape{0, 384}, none.Shape())
}

func TestSentenceFoldersThatAreNone(t *testing.T) {
	g := readGolden(t, "bert_base")
	dir := g.folder(t)
	_, err := transformers.LoadSentenceTransformer(dir)
	require.ErrorContains(t, err, "tokenizer.json")
	writeModules(t, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sentence_bert_config.json"), []byte(`{"max_seq_length": "256"}`), 0o666))
	_, err = transformers.LoadSentenceTransformer(dir)
	require.ErrorContains(t, err, "max_seq_length: expected an integer, but got string")
	_, err = transformers.LoadSentenceTransformer(t.TempDir())
	require.ErrorContains(t, err, "config.json")
}

// writeModules makes a folder one of sentence-transformers.
func writeModules(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "modules.json"),
		[]byte(`[{"type":"sentence_transformers.models.Transformer"},{"type":"sentence_transformers.models.Pooling"}]`), 0o666))
}

// writeTokenizer writes a tokenizer of n words into a folder.
func writeTokenizer(t *testing.T, dir string, n int) {
	t.Helper()
	vocab := map[string]int{"[UNK]": 0}
	for i := 1; i < n; i++ {
		vocab["w"+strconv.Itoa(i)] = i
	}
	b, err := json.Marshal(map[string]any{
		"version": "1.0", "truncation": map[string]any{"max_length": 3, "stride": 0, "strategy": "LongestFirst", "direction": "Right"},
		"padding": nil, "added_tokens": []any{}, "normalizer": nil, "pre_tokenizer": map[string]any{"type": "Whitespace"},
		"post_processor": nil, "decoder": nil, "model": map[string]any{"type": "WordLevel", "vocab": vocab, "unk_token": "[UNK]"},
	})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tokenizer.json"), b, 0o666))
}

func TestSentencesAreMeansOfTokens(t *testing.T) {
	g := readGolden(t, "bert_base")
	dir := g.folder(t)
	writeTokenizer(t, dir, 50)
	m, err := transformers.LoadSentenceTransformer(dir)
	require.NoError(t, err)
	require.Equal(t, 20, m.Limit, "the places of the model, whatever the tokenizer's file says")
	vectors, err := m.Encode([]string{"w1 w2 w3 w4 w5", "w9"})
	require.NoError(t, err)
	x := m.Encoder.Forward(transformers.BertInput{InputIDs: torch.New([][]int{{1, 2, 3, 4, 5}})}).LastHiddenState.Mean(1).Select(0, 0)
	require.True(t, torch.Allclose(x, vectors.Select(0, 0), 1e-5, 1e-6))

	writeModules(t, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sentence_bert_config.json"), []byte(`{"max_seq_length": 4}`), 0o666))
	m, err = transformers.LoadSentenceTransformer(dir)
	require.NoError(t, err)
	ids, err := m.Tokens([]string{"w1 w2 w3 w4 w5"})
	require.NoError(t, err)
	require.Equal(t, [][]int64{{1, 2, 3, 4}}, ids)

	writeTokenizer(t, dir, 60)
	_, err = transformers.LoadSentenceTransformer(dir)
	require.ErrorContains(t, err, "it has 60 tokens, but the model knows 50")
}

// What sentence-transformers would do with a text beside the mean is an error, and not left out.
func TestSentenceFoldersOfAnotherMake(t *testing.T) {
	g := readGolden(t, "bert_base")
	module := func(kind, path string) string {
		return `{"type":"sentence_transformers.models.` + kind + `","path":"` + path + `"}`
	}
	all := func(modules string) map[string]string { return map[string]string{"modules.json": "[" + modules + "]"} }
	for want, files := range map[string]map[string]string{
		"": {
			"modules.json":      "[" + module("Transformer", "") + "," + module("Pooling", "p") + "," + module("Normalize", "2_Normalize") + "]",
			"p/config.json":     `{"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":false,"include_prompt":true}`,
			"1_Pooling/ignored": "",
		},
		"leads out of the folder": all(module("Transformer", "") + "," + module("Pooling", "../p")),
		"modules.json":            {"modules.json": "{}"},
		"do_lower_case":           {"sentence_bert_config.json": `{"do_lower_case":true}`},
	} {
		dir := g.folder(t)
		writeTokenizer(t, dir, 50)
		b, err := os.ReadFile(filepath.Join(dir, "tokenizer.json"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "tokenizer.json"), []byte(strings.Replace(string(b), `"w1"`, `"SMALL"`, 1)), 0o666))
		for name, text := range files {
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
		}
		if want == "do_lower_case" {
			writeModules(t, dir)
		}
		_, err = transformers.LoadSentenceTransformer(dir)
		if want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, want)
		}
	}
}

// Weights that are no numbers give an error, and no vectors.
func TestVectorsThatAreNoNumbers(t *testing.T) {
	dir := readGolden(t, "bert_base").folder(t)
	writeTokenizer(t, dir, 50)
	m, err := transformers.LoadSentenceTransformer(dir)
	require.NoError(t, err)
	torch.NoGrad(func() { nn.Parameters(m)[0].FillInplace(math.NaN()) })
	_, err = m.Encode([]string{"w1"})
	require.ErrorContains(t, err, "NaN or infinite numbers")
}

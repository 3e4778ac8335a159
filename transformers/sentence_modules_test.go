package transformers_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
	"multitorch/transformers"
)

// sentenceCase is a folder with modules, and what sentence-transformers makes of some texts.
type sentenceCase struct {
	Files   map[string]json.RawMessage
	Tensors map[string]map[string]json.RawMessage
	Vectors [][]float32
}

// folder writes it around the tiny BERT.
func (c sentenceCase) folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("../multimodal/testdata/pretrained")))
	write := func(name string, content []byte) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, content, 0o666))
	}
	for name, content := range c.Files {
		write(name, content)
	}
	for at, tensors := range c.Tensors {
		var all []torch.NamedTensor
		for name, numbers := range tensors {
			var matrix [][]float32
			if json.Unmarshal(numbers, &matrix) == nil {
				all = append(all, torch.NamedTensor{Name: name, Tensor: torch.New(matrix)})
				continue
			}
			var row []float32
			require.NoError(t, json.Unmarshal(numbers, &row))
			all = append(all, torch.NamedTensor{Name: name, Tensor: torch.New(row)})
		}
		require.NoError(t, torch.SaveSafetensors(filepath.Join(dir, at, "model.safetensors"), all, nil))
	}
	return dir
}

func readSentenceCases(t *testing.T) (texts []string, cases map[string]sentenceCase) {
	t.Helper()
	var g struct {
		Texts []string
		Cases map[string]sentenceCase
	}
	b, err := os.ReadFile("testdata/golden/sentences.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &g))
	return g.Texts, g.Cases
}

// Whatever modules a folder has, the vectors are those of sentence-transformers.
func TestSentenceModulesArePythons(t *testing.T) {
	texts, cases := readSentenceCases(t)
	require.Greater(t, len(cases), 15)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m, err := transformers.LoadSentenceTransformer(c.folder(t))
			require.NoError(t, err)
			vectors, err := m.Encode(texts)
			require.NoError(t, err)
			require.Equal(t, torch.Shape{len(texts), m.Size()}, vectors.Shape())
			want := torch.New(c.Vectors)
			require.Equal(t, want.Shape(), vectors.Shape())
			require.True(t, torch.Allclose(want, vectors, 1e-6, 2e-6), "%v, but got %v", want, vectors)
			alone, err := m.Encode(texts[1:2]) // without a mask
			require.NoError(t, err)
			require.True(t, torch.Allclose(want.Select(0, 1), alone.Select(0, 0), 1e-6, 2e-6))
			before := leak.CollectorOff(t)
			again, err := m.Encode(texts)
			require.NoError(t, err)
			again.Free()
			require.Equal(t, before, torch.LiveTensors())
		})
	}
}

// What modules can't be is an error that says where, and what was expected.
func TestSentenceModulesThatCannotBe(t *testing.T) {
	_, cases := readSentenceCases(t)
	for want, change := range map[string]struct{ of, file, text string }{
		`in_features 8, which come before it, and out_features from 1 to 65536, but got 7 and 5`: {
			"dense", "2_Dense/config.json", `{"in_features": 7, "out_features": 5}`,
		},
		`activation_function: expected one of`:                                 {"dense", "2_Dense/config.json", `{"in_features":8,"out_features":5,"activation_function":"os.system"}`},
		`module_input_name: expected "sentence_embedding"`:                     {"dense", "2_Dense/config.json", `{"module_input_name":"token_embeddings"}`},
		`model.safetensors`:                                                    {"dense", "2_Dense/config.json", `{"in_features":8,"out_features":5,"bias":false}`},
		`expected the dimension 8, which comes before it, but got 9`:           {"norm", "2_LayerNorm/config.json", `{"dimension":9}`},
		`pooling_mode: expected one of`:                                        {"mean", "1_Pooling/config.json", `{"pooling_mode":"median"}`},
		`the setting "pooling_mode_median" is not known`:                       {"mean", "1_Pooling/config.json", `{"pooling_mode_median":true}`},
		`embedding_dimension: the encoder's vectors have 8 features`:           {"mean", "1_Pooling/config.json", `{"embedding_dimension":9}`},
		`default_prompt_name: expected none`:                                   {"mean", "config_sentence_transformers.json", `{"default_prompt_name":"query"}`},
		`truncate_dim: expected none`:                                          {"mean", "config_sentence_transformers.json", `{"truncate_dim":4}`},
		`number 1 is "x.Dense" in "": expected one of ["Pooling"] there`:       {"mean", "modules.json", `[{"type":"x.Transformer"},{"type":"x.Dense"}]`},
		`expected a Transformer and a Pooling, but got 1 modules`:              {"mean", "modules.json", `[{"type":"x.Transformer"}]`},
		`number 0 is "x.WordEmbeddings" in "": expected one of ["Transformer"`: {"mean", "modules.json", `[{"type":"x.WordEmbeddings"}]`},
		`number 2 is "x.CNN" in ""`:                                            {"mean", "modules.json", `[{"type":"x.Transformer"},{"type":"x.Pooling"},{"type":"x.CNN"}]`},
	} {
		dir := cases[change.of].folder(t)
		require.NoError(t, os.WriteFile(filepath.Join(dir, change.file), []byte(change.text), 0o666))
		_, err := transformers.LoadSentenceTransformer(dir)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, dir)
	}
}

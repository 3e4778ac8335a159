package transformers_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers"
)

// variant writes the golden model's folder with other keys; "" leaves one out.
func (g golden) variant(t *testing.T, name func(key string) string) string {
	t.Helper()
	dir := g.folder(t)
	var state []torch.NamedTensor
	for _, w := range g.weights() {
		if to := name(w.Name); to != "" {
			state = append(state, torch.NamedTensor{Name: to, Tensor: w.Tensor})
		}
	}
	require.NoError(t, torch.SaveSafetensors(filepath.Join(dir, "model.safetensors"), state, nil))
	return dir
}

func replacing(from, to string) func(string) string {
	return func(key string) string { return strings.ReplaceAll(key, from, to) }
}

func (g golden) bert(t *testing.T) transformers.BertInput {
	return transformers.BertInput{
		InputIDs: g.input(t, "input_ids"), AttentionMask: g.input(t, "attention_mask"), TokenTypeIDs: g.input(t, "token_type_ids"),
	}
}

func TestOtherNamesOfWeights(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	for name, rename := range map[string]func(string) string{
		"TensorFlow's layer norms": func(key string) string {
			key = strings.Replace(key, "LayerNorm.weight", "LayerNorm.gamma", 1)
			return strings.Replace(key, "LayerNorm.bias", "LayerNorm.beta", 1)
		},
		"DataParallel": func(key string) string { return "module." + key },
		"both": func(key string) string {
			return "module." + strings.Replace(key, "LayerNorm.weight", "LayerNorm.gamma", 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := transformers.FromPretrained[*transformers.BertForMaskedLM](g.variant(t, rename))
			require.NoError(t, err)
			requireGolden(t, g.goldenOutput, m.Forward(g.bert(t)).Logits)
		})
	}
}

func TestWeightsThatDoNotFit(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	for name, c := range map[string]struct {
		rename func(string) string
		want   []string
	}{
		"missing":    {replacing("cls.predictions.bias", ""), []string{"missing keys: cls.predictions.bias", "model.safetensors"}},
		"foreign":    {replacing("bert.", "model.bert."), []string{"missing keys: bert.embeddings.word", "model.bert.embeddings"}},
		"unexpected": {replacing("cls.predictions.bias", "cls.bias"), []string{"missing keys", "unexpected keys: cls.bias"}},
	} {
		t.Run(name, func(t *testing.T) {
			var report transformers.Report
			_, err := transformers.FromPretrained[*transformers.BertForMaskedLM](g.variant(t, c.rename), transformers.Load{Report: &report})
			var e *transformers.LoadError
			require.ErrorAs(t, err, &e)
			require.Equal(t, e.Missing, report.Missing)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

// changed writes the golden model's folder with other settings.
func (g golden) changed(t *testing.T, key string, value any) string {
	t.Helper()
	dir := g.folder(t)
	var config map[string]any
	require.NoError(t, json.Unmarshal(g.Config, &config))
	if config[key] = value; value == nil {
		delete(config, key)
	}
	b, err := json.Marshal(config)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), b, 0o666))
	return dir
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	for _, c := range []struct {
		key   string
		value any
		want  string
	}{
		{"model_type", "brt", `the architecture "brt" is not known; known are bert`},
		{"model_type", nil, "expected model_type to name an architecture: one of bert"},
		{"model_type", 7, "expected model_type"},
		{"hidden_size", "16", "hidden_size: expected an integer, but got string"},
		{"hidden_size", 20, "the settings contradict the weights"},
		{"hidden_size", 1 << 40, "the settings' hidden_size is 1099511627776, but all weights together"},
		{"hidden_size", -16, "hidden_size: expected a number above 0, but got -16"},
		{"num_hidden_layers", 1 << 40, "the settings' num_hidden_layers is 1099511627776, but there are"},
		{"num_hidden_layers", 3, "missing keys: bert.encoder.layer.2.attention"},
		{"num_hidden_layers", 1, "unexpected keys: bert.encoder.layer.1.attention"},
		{"num_attention_heads", 3, "num_attention_heads: expected a divisor of hidden_size, 16, but got 3"},
		{"num_attention_heads", 0, "num_attention_heads: expected a divisor"},
		{"hidden_act", "gelo", `no function "gelo"; known are gelu`},
		{"pad_token_id", 99, "pad_token_id"},
		{"position_embedding_type", "relative_key", "position_embedding_type"},
		{"is_decoder", true, "is_decoder"},
		{"layer_norm_eps", -1e-12, "layer_norm_eps: expected a number from 0 on"},
		{"initializer_range", -0.02, "initializer_range: expected a number from 0 on"},
		{"initializer_range", 1e308, "initializer_range: expected a number from 0 on that float32 holds"},
		{"classifier_dropout", 7, "classifier_dropout: expected a number from 0 to 1, but got 7"},
	} {
		_, err := transformers.FromPretrained[*transformers.BertForMaskedLM](g.changed(t, c.key, c.value))
		require.ErrorContains(t, err, c.want, "%s %v", c.key, c.value)
	}
	_, err := transformers.FromPretrained[*transformers.BertForMaskedLM](t.TempDir())
	require.ErrorContains(t, err, "config.json")
}

func TestBaseModelsAndHeads(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	base, err := transformers.FromPretrained[*transformers.BertModel](g.folder(t))
	require.NoError(t, err)
	require.Nil(t, base.Pooler, "a masked language model's folder has none")
	want := base.Forward(g.bert(t)).LastHiddenState

	saved := t.TempDir()
	require.NoError(t, transformers.SavePretrained(base, saved))
	again, err := transformers.FromPretrained[transformers.Model](saved)
	require.NoError(t, err)
	require.True(t, torch.Equal(want, again.(*transformers.BertModel).Forward(g.bert(t)).LastHiddenState))

	_, err = transformers.FromPretrained[*transformers.BertForTokenClassification](saved)
	require.ErrorContains(t, err, `missing keys: classifier.weight, classifier.bias; declare what is to be drawn anew: Load{New: []string{"classifier"}}`)
	torch.ManualSeed(0)
	o := transformers.Load{New: []string{"classifier"}, Labels: []string{"no", "person", "place"}}
	head, err := transformers.FromPretrained[*transformers.BertForTokenClassification](saved, o)
	require.NoError(t, err)
	require.False(t, head.Training())
	require.Equal(t, torch.Shape{2, 7, 3}, head.Forward(g.bert(t)).Logits.Shape())
	require.True(t, torch.Equal(want, head.Bert.Forward(g.bert(t)).LastHiddenState))
	require.InDelta(t, 0.02, head.Classifier.Weight.Std().Item(), 0.01)
	require.Zero(t, head.Classifier.Bias.Abs().Sum().Item())
	require.Equal(t, []string{"no", "person", "place"}, head.Config.Labels())
}

func TestTiedWeightsAreOneParameter(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	m, err := transformers.FromPretrained[*transformers.BertForMaskedLM](g.folder(t))
	require.NoError(t, err)
	require.Same(t, m.Bert.Embeddings.WordEmbeddings.Weight, m.Cls.Predictions.Decoder.Weight)
	count := 0
	for _, shape := range g.Keys {
		n := 1
		for _, d := range shape {
			n *= d
		}
		count += n
	}
	require.Equal(t, count, nn.NumParameters(m))

	dir := t.TempDir()
	require.NoError(t, transformers.SavePretrained(m, dir))
	infos, _, err := torch.SafetensorsHeader(filepath.Join(dir, "model.safetensors"))
	require.NoError(t, err)
	require.Len(t, infos, len(g.Keys), "each is written once")
}

func TestStoredMatrixThatDiffersWins(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	dir := g.folder(t)
	state := append(g.weights(), torch.NamedTensor{Name: "cls.predictions.decoder.weight", Tensor: torch.Zeros(torch.Shape{50, 16})},
		torch.NamedTensor{Name: "cls.predictions.decoder.bias", Tensor: torch.Ones(torch.Shape{50})})
	require.NoError(t, torch.SaveSafetensors(filepath.Join(dir, "model.safetensors"), state, nil))
	var report transformers.Report
	m, err := transformers.FromPretrained[*transformers.BertForMaskedLM](dir, transformers.Load{Report: &report})
	require.NoError(t, err)
	require.Contains(t, report.Untied, "cls.predictions.decoder")
	require.False(t, m.Config.TieWordEmbeddings)
	require.True(t, m.Forward(g.bert(t)).Logits.Eq(1).All().ItemBool())
}

func TestFilesOfWeights(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	write := map[string]func(t *testing.T, dir string, state []torch.NamedTensor) error{
		"pickle": func(_ *testing.T, dir string, state []torch.NamedTensor) error {
			return torch.Save(filepath.Join(dir, "pytorch_model.bin"), state)
		},
		"pickles": func(t *testing.T, dir string, state []torch.NamedTensor) error {
			index := `{"metadata": {}, "weight_map": {`
			for i, s := range state {
				file := []string{"pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"}[i%2]
				index += `"` + s.Name + `": "` + file + `",`
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, "pytorch_model.bin.index.json"), []byte(strings.TrimSuffix(index, ",")+"}}"), 0o666))
			var halves [2][]torch.NamedTensor
			for i, s := range state {
				halves[i%2] = append(halves[i%2], s)
			}
			require.NoError(t, torch.Save(filepath.Join(dir, "pytorch_model-00001-of-00002.bin"), halves[0]))
			return torch.Save(filepath.Join(dir, "pytorch_model-00002-of-00002.bin"), halves[1])
		},
		"shards": func(_ *testing.T, dir string, state []torch.NamedTensor) error {
			return torch.SaveShardedSafetensors(filepath.Join(dir, "model.safetensors"), state, nil, 4000)
		},
	}
	for name, write := range write {
		t.Run(name, func(t *testing.T) {
			dir := g.folder(t)
			require.NoError(t, os.Remove(filepath.Join(dir, "model.safetensors")))
			require.NoError(t, write(t, dir, g.weights()))
			m, err := transformers.FromPretrained[*transformers.BertForMaskedLM](dir)
			require.NoError(t, err)
			requireGolden(t, g.goldenOutput, m.Forward(g.bert(t)).Logits)
		})
	}
	for file, text := range map[string]string{
		"model.safetensors.index.json": `{"weight_map": {"bert.embeddings.LayerNorm.bias": "../model.safetensors"}}`,
		"pytorch_model.bin.index.json": `{"weight_map": {"bert.embeddings.LayerNorm.bias": "../pytorch_model.bin"}}`,
	} {
		dir := g.folder(t)
		require.NoError(t, os.Remove(filepath.Join(dir, "model.safetensors")))
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o666))
		_, err := transformers.FromPretrained[*transformers.BertForMaskedLM](dir)
		require.ErrorContains(t, err, "..", file)
		require.ErrorContains(t, err, file)
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(strings.Replace(text, "../", "missing-", 1)), 0o666))
		_, err = transformers.FromPretrained[*transformers.BertForMaskedLM](dir)
		require.ErrorContains(t, err, "missing-")
		require.ErrorContains(t, err, file, "where the name of the shard stands")
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), nil, 0o666))
		_, err = transformers.FromPretrained[*transformers.BertForMaskedLM](dir)
		require.ErrorContains(t, err, file)
		require.Equal(t, 1, strings.Count(err.Error(), file), err)
	}
}

func TestDTypes(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	dir := g.folder(t)
	half, err := transformers.FromPretrained[*transformers.BertForMaskedLM](dir, transformers.Load{DType: torch.BFloat16})
	require.NoError(t, err)
	saved := t.TempDir()
	require.NoError(t, transformers.SavePretrained(half, saved))
	for want, o := range map[torch.DType]transformers.Load{
		torch.Float32: {}, torch.BFloat16: {Stored: true}, torch.Float64: {DType: torch.Float64}, torch.Float16: {DType: torch.Float16, Copy: true},
	} {
		m, err := transformers.FromPretrained[*transformers.BertForMaskedLM](saved, o)
		require.NoError(t, err)
		for _, p := range nn.NamedParameters(m) {
			require.Equal(t, want, p.DType(), p.Name)
		}
	}
	_, err = transformers.FromPretrained[*transformers.BertForMaskedLM](dir, transformers.Load{DType: torch.Int64})
	require.ErrorContains(t, err, "floating-point")
}

func TestAuto(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	dir := g.folder(t)
	m, err := transformers.FromPretrained[transformers.Model](dir)
	require.NoError(t, err)
	require.IsType(t, &transformers.BertForMaskedLM{}, m)
	base, err := transformers.AutoModel(dir)
	require.NoError(t, err)
	require.IsType(t, &transformers.BertModel{}, base)
	lm, err := transformers.AutoModelForMaskedLM(dir)
	require.NoError(t, err)
	requireGolden(t, g.goldenOutput, lm.Forward(g.bert(t)).Logits)
	_, err = transformers.AutoModelForSequenceClassification(dir)
	require.ErrorContains(t, err, "missing keys: bert.pooler.dense.weight")
	_, err = transformers.AutoModelForZeroShotImageClassification(dir)
	require.ErrorContains(t, err, "BertModel is no transformers.ImageTextModel; those that are: CLIPModel, SiglipModel")
}

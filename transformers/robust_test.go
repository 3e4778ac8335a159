package transformers_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers"
)

func TestActivations(t *testing.T) {
	for name, want := range map[string]float64{ // at -1, from the formulas
		"gelu": -0.1586553, "gelu_python": -0.1586553, "gelu_new": -0.158808, "gelu_pytorch_tanh": -0.158808, "gelu_fast": -0.158808,
		"quick_gelu": -0.1542042, "silu": -0.2689414, "swish": -0.2689414, "relu": 0, "relu2": 0, "relu6": 0, "tanh": -0.7615942,
		"sigmoid": 0.2689414, "linear": -1, "leaky_relu": -0.01, "gelu_10": -0.1586553, "hardswish": -1.0 / 3, "mish": -0.3034014,
		"sqrtsoftplus": 0.5596979,
	} {
		require.InDelta(t, want, transformers.NewActivation(name)(torch.New([]float64{-1})).Item(), 2e-6, name)
	}
}

// A batch that is wholly padding gives finite numbers, forward and backward, and leaves the others alone.
func TestRowsWithoutKeys(t *testing.T) {
	g := readGolden(t, "bert_base")
	for _, eager := range []bool{false, true} {
		m, err := transformers.FromPretrained[*transformers.BertModel](g.folder(t), transformers.Load{Eager: eager})
		require.NoError(t, err)
		in := g.bert(t)
		in.AttentionMask = torch.New([][]int{{1, 1, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 0, 0}})
		x := m.Forward(in).LastHiddenState
		require.True(t, x.IsFinite().All().ItemBool())
		x.Square().Sum().Backward()
		for _, p := range nn.NamedParameters(m) {
			require.True(t, p.Grad() == nil || p.Grad().IsFinite().All().ItemBool(), p.Name)
		}
		in.InputIDs, in.TokenTypeIDs, in.AttentionMask = in.InputIDs.Narrow(0, 0, 1), in.TokenTypeIDs.Narrow(0, 0, 1), nil
		require.True(t, torch.Allclose(x.Narrow(0, 0, 1), m.Forward(in).LastHiddenState, 0, 1e-6))
	}
}

// A text's vectors do not depend on what it is batched with, nor on what fills it up.
func TestPaddingChangesNothing(t *testing.T) {
	for _, name := range []string{"bert_base", "roberta_base", "distilbert_base"} {
		g := readGolden(t, name)
		m, err := transformers.FromPretrained[transformers.TextEncoder](g.folder(t))
		require.NoError(t, err)
		in := g.bert(t)
		both := m.Forward(in).LastHiddenState.Select(0, 1).Narrow(0, 0, 4)
		one := transformers.BertInput{InputIDs: in.InputIDs.Narrow(0, 1, 1).Narrow(1, 0, 4)}
		if in.TokenTypeIDs != nil {
			one.TokenTypeIDs = in.TokenTypeIDs.Narrow(0, 1, 1).Narrow(1, 0, 4)
		}
		require.True(t, torch.Allclose(both, m.Forward(one).LastHiddenState.Select(0, 0), 0, 2e-6), name)
	}
}

func TestBatchesThatAreNone(t *testing.T) {
	g := readGolden(t, "bert_base")
	m, err := transformers.FromPretrained[*transformers.BertModel](g.folder(t))
	require.NoError(t, err)
	ids := torch.New([][]int{{1, 2, 3}})
	for want, in := range map[string]transformers.BertInput{
		"expected InputIDs or InputsEmbeds": {},
		"and not both":                      {InputIDs: ids, InputsEmbeds: torch.Zeros(torch.Shape{1, 3, 16})},
		"expected InputIDs [texts, tokens], but got the shape [3]": {InputIDs: torch.New([]int{1, 2, 3})},
		"at least one text of at least one token":                  {InputIDs: torch.Zeros(torch.Shape{1, 0}, torch.Int64)},
		"texts of 21 tokens: expected at most 20":                  {InputIDs: torch.Ones(torch.Shape{1, 21}, torch.Int64)},
		"expected AttentionMask [1 3]":                             {InputIDs: ids, AttentionMask: torch.New([][]int{{1, 1}})},
		"expected TokenTypeIDs [1 3]":                              {InputIDs: ids, TokenTypeIDs: torch.New([]int{1, 1, 1})},
		"expected PositionIDs [1, 3], or [1, 3] for all texts":     {InputIDs: ids, PositionIDs: torch.New([]int{1, 1, 1})},
		"50": {InputIDs: torch.New([][]int{{1, 50}})},
		"-1": {InputIDs: torch.New([][]int{{1, -1}})},
	} {
		require.ErrorContains(t, torch.Try(func() error { m.Forward(in); return nil }), want)
	}
}

// A training step leaves nothing but gradients, and inference nothing at all.
func TestEncodersLeaveNothing(t *testing.T) {
	for _, name := range []string{"bert_sequence", "roberta_masked_lm", "distilbert_question"} {
		g := readGolden(t, name)
		m, err := transformers.FromPretrained[transformers.Model](g.folder(t))
		require.NoError(t, err)
		nn.Train(m)
		in := g.text(t)
		step := func() { torch.Step(func() { encoded(t, m, in)["loss"].Backward() }) }
		for range 3 {
			step()
		}
		before := leak.CollectorOff(t)
		for range 3 {
			step()
		}
		require.Equal(t, before, torch.LiveTensors(), name)
	}
	g := readGolden(t, "bert_base")
	m, err := transformers.FromPretrained[*transformers.BertModel](g.folder(t))
	require.NoError(t, err)
	in := g.bert(t)
	before := leak.CollectorOff(t)
	torch.NoGrad(func() {
		out := m.Forward(in) // in no scope: what is on the way is freed at once
		require.LessOrEqual(t, torch.LiveTensors(), before+2)
		out.LastHiddenState.Free()
		out.PoolerOutput.Free()
	})
	require.Equal(t, before, torch.LiveTensors())
}

func TestFilesThatAreBroken(t *testing.T) {
	g := readGolden(t, "tiny_bert")
	dir := g.folder(t)
	path := filepath.Join(dir, "model.safetensors")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, n := range []int{0, 7, 100, len(whole) / 2, len(whole) - 1} {
		require.NoError(t, os.WriteFile(path, whole[:n], 0o666))
		_, err := transformers.FromPretrained[*transformers.BertForMaskedLM](dir)
		require.ErrorContains(t, err, "model.safetensors", n)
	}
	require.NoError(t, os.Remove(path))
	_, err = transformers.FromPretrained[*transformers.BertForMaskedLM](dir)
	require.ErrorContains(t, err, "expected weights in model.safetensors, pytorch_model.bin")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pytorch_model.bin"), []byte("cos\nsystem\n(S'true'\ntR."), 0o666))
	_, err = transformers.FromPretrained[*transformers.BertForMaskedLM](dir)
	require.ErrorContains(t, err, "pytorch_model.bin")
}

func TestSettingsGoThrough(t *testing.T) {
	text := `{"model_type": "bert", "torch_dtype": "float16", "hidden_size": 36, "my_key": {"a": [1, 2]}, "num_labels": 3, "eos_token_id": [1, 2]}`
	c, err := transformers.ParseConfig([]byte(text))
	require.NoError(t, err)
	b := c.(*transformers.BertConfig)
	require.Equal(t, "float16", b.DType)
	require.Equal(t, 3, b.NumLabels())
	require.Equal(t, 30522, b.VocabSize, "Python's default")
	require.Equal(t, transformers.TokenIDs{1, 2}, b.EosTokenID)

	g := readGolden(t, "tiny_bert")
	m, err := transformers.FromPretrained[*transformers.BertForMaskedLM](g.changed(t, "my_key", map[string]any{"a": 1}))
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, transformers.SavePretrained(m, dir))
	var saved map[string]any
	raw, err := os.ReadFile(filepath.Join(dir, "config.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &saved))
	require.Equal(t, map[string]any{"a": 1.0}, saved["my_key"], "what nothing here knows is kept")
	require.Equal(t, []any{"BertForMaskedLM"}, saved["architectures"])
	require.Equal(t, "float32", saved["dtype"])
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(`{"model_type": "bert", "hidden_size": 16, "num_attention_heads": 2}`))
	f.Add([]byte(`{"model_type": "distilbert", "dim": 1e3, "eos_token_id": [1, null]}`))
	f.Add([]byte(`{"model_type": "roberta", "pad_token_id": -9223372036854775808, "id2label": {"0": "a", "x": "b"}}`))
	f.Add([]byte(`{"model_type": ["bert"]}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := transformers.ParseConfig(text)
		if err != nil {
			require.Nil(t, c)
			return
		}
		b, err := json.Marshal(c)
		require.NoError(t, err)
		again, err := transformers.ParseConfig(b)
		require.NoError(t, err, "%s", b)
		c2, err := json.Marshal(again)
		require.NoError(t, err)
		require.JSONEq(t, string(b), string(c2))
	})
}

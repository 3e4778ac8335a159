package transformers_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/twin"
)

func classifier(t *testing.T, eager bool) (*transformers.BertForSequenceClassification, golden) {
	t.Helper()
	g := readGolden(t, "bert_sequence")
	m, err := transformers.FromPretrained[*transformers.BertForSequenceClassification](g.folder(t), transformers.Load{Eager: eager})
	require.NoError(t, err)
	return m, g
}

func TestLoRALearnsAndIsMerged(t *testing.T) {
	m, g := classifier(t, false)
	before := m.Forward(g.text(t)).Logits.Detach()
	lora := transformers.AddLoRA(m, transformers.LoRAConfig{R: 4, Alpha: 8, Targets: []string{"query", "value"}, TrainAlso: []string{"classifier"}})
	require.Len(t, lora.Adapters, 4)
	require.Len(t, lora.Trained(), 2*4+2)
	require.True(t, torch.Equal(before, m.Forward(g.text(t)).Logits), "they change nothing at first")

	frozen := torch.ToSlice[float32](m.Bert.Encoder.Layer[0].Attention.Self.Query.Weight.Detach().Clone())
	opt := optim.NewAdamW(lora.Trained(), optim.LR(1e-2))
	var losses []float64
	for range 10 {
		torch.Step(func() {
			opt.ZeroGrad()
			out := m.Forward(g.text(t))
			out.Loss.Backward()
			opt.Step()
			losses = append(losses, out.Loss.Item())
		})
	}
	require.Less(t, losses[9], losses[0]/2)
	require.Equal(t, frozen, torch.ToSlice[float32](m.Bert.Encoder.Layer[0].Attention.Self.Query.Weight.Detach()))

	learned := m.Forward(g.text(t)).Logits.Detach()
	dir := t.TempDir()
	require.NoError(t, lora.SavePretrained(dir))
	saved, err := transformers.FromPretrained[*transformers.BertForSequenceClassification](dir)
	require.NoError(t, err)
	require.True(t, torch.Allclose(learned, saved.Forward(g.text(t)).Logits, 1e-5, 1e-5))
	require.True(t, torch.Equal(learned, m.Forward(g.text(t)).Logits), "the model itself was left alone")
	lora.Merge()
	require.True(t, torch.Equal(saved.Forward(g.text(t)).Logits, m.Forward(g.text(t)).Logits))
	require.Empty(t, lora.Adapters)
}

func TestAdaptersOfLoRA(t *testing.T) {
	m, g := classifier(t, false)
	torch.ManualSeed(1)
	lora := transformers.AddLoRA(m, transformers.LoRAConfig{Targets: []string{"query"}, TrainAlso: []string{"classifier"}})
	torch.NoGrad(func() { lora.Adapters[1].LoraB.Weight.NormalInplace(0, 1) })
	dir := t.TempDir()
	require.NoError(t, lora.SaveAdapter(dir))
	other, _ := classifier(t, false)
	loaded, err := transformers.LoadLoRA(other, dir)
	require.NoError(t, err)
	require.True(t, torch.Equal(m.Forward(g.text(t)).Logits, other.Forward(g.text(t)).Logits))
	require.Len(t, loaded.Trained(), len(lora.Trained()))

	bare, err := transformers.FromPretrained[*transformers.BertForMaskedLM](readGolden(t, "bert_masked_lm").folder(t))
	require.NoError(t, err)
	_, err = transformers.LoadLoRA(bare, dir)
	require.ErrorContains(t, err, "is of no layer that the settings name")
	config := filepath.Join(dir, "adapter_config.json")
	for text, want := range map[string]string{
		`{"peft_type": "IA3"}`: "expected peft_type LORA",
		`{"peft_type": "LORA", "r": -1, "target_modules": ["query"]}`:                  "expected a rank from 1",
		`{"peft_type": "LORA", "r": 8, "target_modules": ["query"], "use_dora": true}`: "use_dora",
		`{"peft_type": "LORA", "r": 4, "target_modules": ["query"]}`:                   "expected the shape [4 16], but got [8 16]",
		`{"peft_type": "LORA", "r": 4, "target_modules": ["nothing"]}`:                 `no linear layer is called ["nothing"]`,
		`[]`: "adapter_config.json",
	} {
		require.NoError(t, os.WriteFile(config, []byte(text), 0o666))
		fresh, _ := classifier(t, false)
		_, err := transformers.LoadLoRA(fresh, dir)
		require.ErrorContains(t, err, want, text)
	}
	require.Panics(t, func() { transformers.AddLoRA(bare, transformers.LoRAConfig{Dropout: 1}) })
}

// A head beside which matrices are also computes one token at a time.
func TestLoRAOfAHead(t *testing.T) {
	m := tinyModel[*transformers.LlamaForCausalLM](t, "tiny_llama")
	in := transformers.CausalInput{InputIDs: torch.New([][]int64{{3}})}
	torch.NoGrad(func() {
		before := m.Forward(in).Logits
		lora := transformers.AddLoRA(m, transformers.LoRAConfig{Targets: []string{"lm_head"}})
		require.True(t, torch.Equal(before, m.Forward(in).Logits))
		lora.Adapters[0].LoraB.Weight.NormalInplace(0, 1)
		require.False(t, torch.Allclose(before, m.Forward(in).Logits, 1e-5, 1e-5))
	})
}

func TestTrainable(t *testing.T) {
	m, _ := classifier(t, false)
	names := func() (on []string) {
		for _, p := range nn.NamedParameters(m) {
			if p.RequiresGrad() {
				on = append(on, p.Name)
			}
		}
		return on
	}
	require.Len(t, transformers.Trainable(m, 0), 4)
	require.Equal(t, []string{"bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias"}, names())
	require.Len(t, transformers.Trainable(m, 1), 4+16)
	require.Contains(t, names(), "bert.encoder.layer.1.attention.self.query.weight")
	require.NotContains(t, names(), "bert.encoder.layer.0.attention.self.query.weight")
	require.Len(t, transformers.Trainable(m, transformers.AllLayers), len(nn.Parameters(m)))
}

// TestLoRAWithPeft compares with Python's peft: what a seed draws, outputs and gradients, and what is merged.
func TestLoRAWithPeft(t *testing.T) {
	withTransformers(t)
	m, g := classifier(t, true)
	dir := t.TempDir()
	require.NoError(t, transformers.SavePretrained(m, filepath.Join(dir, "base")))
	torch.ManualSeed(5)
	lora := transformers.AddLoRA(m, transformers.LoRAConfig{R: 4, Alpha: 8, Targets: []string{"query", "dense"}})
	first := torch.NamedTensor{Tensor: lora.Adapters[0].LoraA.Weight.Detach().Clone()}
	torch.NoGrad(func() {
		for _, a := range lora.Adapters {
			a.LoraB.Weight.NormalInplace(0, 0.1)
		}
	})
	require.NoError(t, lora.SaveAdapter(filepath.Join(dir, "adapter")))
	inputs := map[string]*torch.Tensor{}
	for name := range g.Inputs {
		inputs[name] = g.input(t, name)
	}
	want := twin.Run(t, `
import peft, transformers
base = lambda: transformers.BertForSequenceClassification.from_pretrained(args[0], attn_implementation="eager", dtype=torch.float32)
model = peft.PeftModel.from_pretrained(base(), args[1], is_trainable=True).eval()
o = model(**inputs)
o.loss.backward()
out["logits"] = o.logits.detach()
for name, p in model.named_parameters():
	if p.grad is not None:
		out[name.replace(".default", "").removeprefix("base_model.model.")] = p.grad
merged = model.merge_and_unload()
out["merged"] = merged(**inputs).logits.detach()
torch.manual_seed(5)
fresh = peft.get_peft_model(base(), peft.LoraConfig(r=4, lora_alpha=8, target_modules=["query", "dense"]))
out["first"] = next(p for n, p in fresh.named_parameters() if "lora_A" in n).detach()
`, inputs, filepath.Join(dir, "base"), filepath.Join(dir, "adapter"))
	twin.OneThread(t)
	twin.RequireEqual(t, want["first"], first.Tensor)
	out := m.Forward(g.text(t))
	twin.RequireEqual(t, want["logits"], out.Logits)
	out.Loss.Backward()
	for _, a := range lora.Adapters {
		require.NotNil(t, a.LoraA.Weight.Grad())
	}
	for _, name := range []string{"lora_A", "lora_B"} {
		p := lora.Adapters[0].LoraA.Weight
		if name == "lora_B" {
			p = lora.Adapters[0].LoraB.Weight
		}
		twin.RequireEqual(t, want["bert.encoder.layer.0.attention.self.query."+name+".weight"], p.Grad(), name)
	}
	lora.Merge()
	twin.RequireEqual(t, want["merged"], m.Forward(g.text(t)).Logits, "merged")
}

package transformers_test

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/twin"
)

// transformersScript loads folders into classes of Transformers, holds their keys against the classes', computes, and saves the
// folders again. args are, for each case, its name, class, dtype, folder, and where to save it; its inputs and outputs are "name/key".
const transformersScript = `
import glob, safetensors.torch, transformers

def names(model, folder):
	"""The parameters' names in a folder. Where a class has other names than its folders, they are known by their values."""
	files = {k: t for f in glob.glob(folder + "/*.safetensors") for k, t in safetensors.torch.load_file(f).items()}
	return {key: key if key in files else next((k for k, t in files.items() if t.shape == p.shape and torch.equal(t.to(p.dtype), p)), key)
		for key, p in model.named_parameters()}

transformers.logging.set_verbosity_error()
for case, cls, dtype, folder, again in zip(*[iter(args)] * 5):
	cls, dtype = getattr(transformers, cls), getattr(torch, dtype)
	model, info = cls.from_pretrained(folder, attn_implementation="eager", dtype=dtype, output_loading_info=True)
	for what in "missing_keys", "unexpected_keys", "mismatched_keys":
		assert not info[what], (case, what, info[what])
	given = {k[len(case) + 1:]: v for k, v in inputs.items() if k.startswith(case + "/")}
	given = {k: v.to(dtype) if v.is_floating_point() else v for k, v in given.items()}
	o = model(**given, output_hidden_states=True)
	for key, value in o.items():
		if torch.is_tensor(value):
			out[f"{case}/{key}"] = value.detach()
		elif isinstance(value, tuple) and "hidden_states" in key:
			for i, h in enumerate(value):
				out[f"{case}/{key}.{i}"] = h.detach()
	if "loss" in o:
		loss = o.loss
	else:
		loss = None
		for key in sorted(k for k, v in o.items() if torch.is_tensor(v)):
			loss = o[key].square().sum() if loss is None else loss + o[key].square().sum()
	loss.backward()
	stored = names(model, folder)
	grads = {key: p.grad for key, p in model.named_parameters() if p.grad is not None}
	for key, grad in grads.items():
		if "Dinov2" in cls.__name__ and ".mlp.gate_proj." in key:  # a folder has this and up_proj as one
			key, grad = key.replace("gate_proj", "weights_in"), torch.cat([grad, grads[key.replace("gate_proj", "up_proj")]])
		elif "Dinov2" in cls.__name__ and ".mlp.down_proj." in key:
			key = key.replace("down_proj", "weights_out")
		out[f"{case}/grad.{stored.get(key, key)}"] = grad
	model.save_pretrained(again)

	# what one seed draws
	torch.manual_seed(3)
	for key, p in cls(cls.config_class.from_pretrained(folder)).named_parameters():
		out[f"{case}/seed.{stored[key]}"] = p.detach()
`

// withTransformers makes package twin run the Python that has Transformers, or skips the test.
func withTransformers(t *testing.T) {
	t.Helper()
	python := os.Getenv("MULTITORCH_TRANSFORMERS")
	if python == "" {
		t.Skip("not compared with Transformers: MULTITORCH_TRANSFORMERS names no Python with torch, of the same libtorch, and transformers")
	}
	t.Setenv("PYTHON", python)
	t.Setenv("HF_HUB_OFFLINE", "1")
}

// pythonCase is a model that is compared with Transformers.
type pythonCase struct {
	model   transformers.Model
	inputs  map[string]*torch.Tensor                          // by Python's names
	forward func(transformers.Model) map[string]*torch.Tensor // a model of the same class's outputs of the inputs, by Python's names
	seeds   bool                                              // whether what a seed draws is compared too
	dtype   torch.DType                                       // float32 unless given
}

// requireTransformers compares models with Transformers, bit for bit in eager attention: what they compute; the gradients; and
// what becomes of them when they are saved here, read there, saved there and read here. One start of Python is for all.
func requireTransformers(t *testing.T, cases map[string]pythonCase) {
	t.Helper()
	withTransformers(t)
	inputs, args, dir := map[string]*torch.Tensor{}, []string{}, t.TempDir()
	folders := func(name string) (here, again string) {
		return filepath.Join(dir, name), filepath.Join(dir, name+"_python")
	}
	for name, c := range cases {
		here, again := folders(name)
		require.NoError(t, transformers.SavePretrained(c.model, here))
		for key, x := range c.inputs {
			inputs[name+"/"+key] = x
		}
		args = append(args, name, className(c.model), cmp.Or(c.dtype, torch.Float32).String(), here, again)
	}
	results := twin.Run(t, transformersScript, inputs, args...)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			twin.OneThread(t)
			want := func(key string) *torch.Tensor { return results[name+"/"+key] }
			here, again := folders(name)
			c.requireEqual(t, here, want)
			c.requireEqual(t, again, want)
			if c.seeds {
				c.requireSeed(t, here, want)
			}
		})
	}
}

// requireEqual loads a folder and compares what it computes.
func (c pythonCase) requireEqual(t *testing.T, folder string, want func(key string) *torch.Tensor) {
	t.Helper()
	m, err := transformers.FromPretrained[transformers.Model](folder, transformers.Load{Eager: true, DType: c.dtype})
	require.NoError(t, err)
	require.IsType(t, c.model, m)
	got := c.forward(m)
	for _, key := range slices.Sorted(maps.Keys(got)) {
		twin.RequireEqual(t, want(key), got[key], key)
	}
	pythonLoss(got).Backward()
	for _, p := range nn.NamedParameters(m) {
		g := want("grad." + p.Name)
		require.Equal(t, g == nil, p.Grad() == nil, p.Name)
		if g != nil {
			twin.RequireEqual(t, g, p.Grad(), "gradient of ", p.Name)
		}
	}
}

// requireSeed compares what a seed draws for a new model.
func (c pythonCase) requireSeed(t *testing.T, folder string, want func(key string) *torch.Tensor) {
	t.Helper()
	config, err := transformers.ReadConfig(folder)
	require.NoError(t, err)
	torch.ManualSeed(3)
	fresh, err := transformers.NewModel(className(c.model), config)
	require.NoError(t, err)
	for _, p := range nn.NamedParameters(fresh) {
		twin.RequireEqual(t, want("seed."+p.Name), p.Tensor.Detach(), "of a seed: ", p.Name)
	}
}

func className(m transformers.Model) string { return reflect.TypeOf(m).Elem().Name() }

func TestEncodersWithTransformers(t *testing.T) {
	cases := map[string]pythonCase{}
	for _, family := range []string{"bert", "roberta", "distilbert"} {
		for _, head := range []string{"base", "masked_lm", "sequence", "token", "question"} {
			g := readGolden(t, family+"_"+head)
			m, err := transformers.FromPretrained[transformers.Model](g.folder(t))
			require.NoError(t, err)
			inputs := map[string]*torch.Tensor{}
			for name := range g.Inputs {
				inputs[name] = g.input(t, name)
			}
			cases[family+"_"+head] = pythonCase{model: m, inputs: inputs, seeds: true, forward: func(m transformers.Model) map[string]*torch.Tensor {
				return encoded(t, m, g.text(t))
			}}
		}
	}
	requireTransformers(t, cases)
}

// In half precision Transformers computes some things in float32, of each architecture others.
func TestHalfPrecisionWithTransformers(t *testing.T) {
	cases := map[string]pythonCase{}
	for _, name := range []string{
		"bert_masked_lm", "roberta_token", "distilbert_question", "gpt2_lm", "gpt2_token", "llama_lm", "llama_token", "llama_longrope_long",
		"t5_lm", "t5_lm_gated", "vit_base", "vit_image", "clip_loss", "siglip_loss", "dinov2_image", "resnet_image", "convnext_image",
	} {
		g := readGolden(t, name)
		m, err := transformers.FromPretrained[transformers.Model](g.folder(t))
		require.NoError(t, err)
		inputs := map[string]*torch.Tensor{}
		for key, raw := range g.Inputs {
			if string(raw) != "true" {
				inputs[key] = g.input(t, key)
			} else {
				inputs[key] = torch.New(true)
			}
		}
		forward := func(m transformers.Model) map[string]*torch.Tensor { return g.decoded(t, m) }
		switch m.(type) {
		case transformers.TextEncoder, *transformers.BertForMaskedLM, *transformers.RobertaForTokenClassification,
			*transformers.DistilBertForQuestionAnswering:
			forward = func(m transformers.Model) map[string]*torch.Tensor { return encoded(t, m, g.text(t)) }
		}
		if g.Inputs["pixel_values"] != nil {
			forward = func(m transformers.Model) map[string]*torch.Tensor { return g.pictured(t, m) }
		}
		for _, dtype := range []torch.DType{torch.BFloat16, torch.Float16} {
			if dtype == torch.BFloat16 || !strings.HasPrefix(name, "t5") { // whose states are beyond float16's range
				cases[name+"_"+dtype.String()] = pythonCase{model: m, inputs: inputs, forward: forward, dtype: dtype}
			}
		}
	}
	requireTransformers(t, cases)
}

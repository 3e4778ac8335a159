package transformers_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/twin"
)

// One tower of a CLIP folder is read without the other, and computes what it does within the whole.
func TestTowersOfAFolder(t *testing.T) {
	g := readGolden(t, "tiny_clip")
	dir := g.folder(t)
	whole, err := transformers.FromPretrained[*transformers.CLIPModel](dir)
	require.NoError(t, err)
	all := whole.Forward(g.imageText(t))

	text, err := transformers.FromPretrained[*transformers.CLIPTextModelWithProjection](dir)
	require.NoError(t, err)
	require.Equal(t, 12, text.Config.ProjectionDim, "of the folder, not of its text_config, where it is stale")
	twin.RequireEqual(t, whole.GetTextFeatures(g.bert(t)), text.Forward(g.bert(t)).Embeds)

	var report transformers.Report
	vision, err := transformers.FromPretrained[*transformers.CLIPVisionModel](dir, transformers.Load{Report: &report})
	require.NoError(t, err)
	require.Contains(t, report.Unused, "logit_scale")
	twin.RequireEqual(t, all.VisionModelOutput.PoolerOutput, vision.Forward(g.image(t)).PoolerOutput)

	saved := t.TempDir()
	require.NoError(t, transformers.SavePretrained(vision, saved))
	again, err := transformers.FromPretrained[transformers.Model](saved)
	require.NoError(t, err)
	require.IsType(t, vision, again)
	twin.RequireEqual(t, all.VisionModelOutput.PoolerOutput, again.(*transformers.CLIPVisionModel).Forward(g.image(t)).PoolerOutput)

	_, err = transformers.FromPretrained[*transformers.CLIPForImageClassification](dir)
	require.ErrorContains(t, err, "missing keys: classifier.weight")
	head, err := transformers.FromPretrained[*transformers.CLIPForImageClassification](dir,
		transformers.Load{New: []string{"classifier"}, Labels: []string{"cat", "dog", "bird"}})
	require.NoError(t, err)
	require.Equal(t, torch.Shape{2, 3}, head.Forward(g.image(t)).Logits.Shape())

	_, err = transformers.FromPretrained[*transformers.SiglipTextModel](dir)
	require.ErrorContains(t, err, "the folder is of a clip model, but SiglipTextModel reads siglip_text_model")
}

// A folder of an encoder alone is read with the encoder's name in its keys, as Transformers 4 writes it, and without.
func TestTowersAlone(t *testing.T) {
	for name, prefix := range map[string]string{"clip_text": "text_model.", "clip_vision": "vision_model.", "siglip_text": "text_model."} {
		g := readGolden(t, name)
		load := func(dir string) map[string]*torch.Tensor {
			m, err := transformers.FromPretrained[transformers.Model](dir)
			require.NoError(t, err)
			return g.pictured(t, m)
		}
		bare, named := load(g.folder(t)), load(g.variant(t, func(key string) string { return prefix + key }))
		twin.RequireEqual(t, bare["pooler_output"], named["pooler_output"], name)
	}
}

// Old files hold the settings of the encoders twice, and Python believes the one with _dict in its name.
func TestOldSettingsOfTowers(t *testing.T) {
	g := readGolden(t, "tiny_clip")
	var config map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(g.Config, &config))
	config["text_config_dict"], config["text_config"] = config["text_config"], json.RawMessage("null")
	config["vision_config_dict"] = json.RawMessage("null")
	text, err := json.Marshal(config)
	require.NoError(t, err)
	dir := g.folder(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), text, 0o666))
	m, err := transformers.FromPretrained[*transformers.CLIPModel](dir)
	require.NoError(t, err)
	requireGolden(t, g.goldenOutput, m.Forward(g.imageText(t)).LogitsPerImage)
}

// The function between matrices is the settings', is saved with the model, and must be one that is known.
func TestActivationOfATower(t *testing.T) {
	g := readGolden(t, "tiny_clip")
	dir := g.folder(t)
	quick, err := transformers.FromPretrained[*transformers.CLIPModel](dir)
	require.NoError(t, err)
	c := quick.Config
	c.VisionConfig.HiddenAct = "gelu"
	exact, err := transformers.FromPretrained[*transformers.CLIPModel](dir, transformers.Load{Config: c})
	require.NoError(t, err)
	saved := t.TempDir()
	require.NoError(t, transformers.SavePretrained(exact, saved))
	again, err := transformers.FromPretrained[*transformers.CLIPModel](saved)
	require.NoError(t, err)
	require.Equal(t, "gelu", again.Config.VisionConfig.HiddenAct)
	require.Equal(t, "quick_gelu", again.Config.TextConfig.HiddenAct)
	want, other := exact.GetImageFeatures(g.image(t)), quick.GetImageFeatures(g.image(t))
	twin.RequireEqual(t, want, again.GetImageFeatures(g.image(t)))
	require.NotEqual(t, want.Bytes(), other.Bytes())

	for _, wrong := range []string{"gelo", ""} {
		c.VisionConfig.HiddenAct = wrong
		_, err = transformers.FromPretrained[*transformers.CLIPModel](dir, transformers.Load{Config: c})
		require.ErrorContains(t, err, "vision_config: hidden_act")
	}
}

// What a model can't take is an error that says what it expected.
func TestInputsOfModelsOfPictures(t *testing.T) {
	load := func(name string) (golden, transformers.Model) {
		g := readGolden(t, name)
		m, err := transformers.FromPretrained[transformers.Model](g.folder(t))
		require.NoError(t, err)
		return g, m
	}
	_, m := load("tiny_clip")
	clip := m.(*transformers.CLIPModel)
	_, m = load("tiny_siglip")
	siglip := m.(*transformers.SiglipModel)
	_, m = load("tiny_vit")
	vit := m.(*transformers.ViTModel)
	_, m = load("resnet_base")
	resnet := m.(*transformers.ResNetModel)
	_, m = load("siglip_vision_headless")
	require.Nil(t, m.(*transformers.SiglipVisionModel).VisionModel.Head)

	ids := func(rows ...[]int64) *torch.Tensor { return torch.New(rows) }
	pictures := func(shape ...int) transformers.ImageInput {
		return transformers.ImageInput{PixelValues: torch.Rand(torch.Shape(shape))}
	}
	larger := pictures(1, 3, 16, 24)
	larger.InterpolatePosEncoding = true
	for says, f := range map[string]func(){
		"expected each text to have its end, the token 49": func() {
			clip.GetTextFeatures(transformers.BertInput{InputIDs: ids([]int64{1, 49}, []int64{1, 2})})
		},
		"expected at most 12 (max_position_embeddings)": func() {
			clip.GetTextFeatures(transformers.BertInput{InputIDs: torch.Zeros(torch.Shape{1, 13}, torch.Int64)})
		},
		"expected InputIDs": func() { clip.GetTextFeatures(transformers.BertInput{}) },
		"filled up to 7 tokens (max_position_embeddings) with pad_token_id, but got 2": func() {
			siglip.GetTextFeatures(transformers.BertInput{InputIDs: ids([]int64{1, 4})})
		},
		"pictures of 16 x 24 pixels: the model is for 16 x 16":                      func() { vit.Forward(pictures(1, 3, 16, 24)) },
		"expected PixelValues [N, 3, height, width], but got the shape [1 1 16 16]": func() { vit.Forward(pictures(1, 1, 16, 16)) },
		"but got the shape [3 16 16]":                                               func() { vit.Forward(pictures(3, 16, 16)) },
		"but got none":                                                              func() { vit.Forward(transformers.ImageInput{}) },
		"smaller than a patch":                                                      func() { vit.Forward(pictures(1, 3, 7, 16)) },
		"the model has no mask token": func() {
			vit.Forward(transformers.ImageInput{PixelValues: larger.PixelValues, InterpolatePosEncoding: true, BoolMaskedPos: ids([]int64{1})})
		},
		"the model has no attention": func() {
			resnet.Forward(transformers.ImageInput{PixelValues: larger.PixelValues, OutputAttentions: true})
		},
		"expected as many pictures as texts": func() {
			two := pictures(2, 3, 16, 16).PixelValues
			clip.Forward(transformers.ImageTextInput{InputIDs: ids([]int64{1, 49}), PixelValues: two, ReturnLoss: true})
		},
	} {
		err := torch.Try(func() error { f(); return nil })
		require.ErrorContains(t, err, says)
	}
	require.Equal(t, torch.Shape{1, 7, 16}, vit.Forward(larger).LastHiddenState.Shape())
}

// Ids of any integer dtype are read, and stay the caller's: settings of old folders have them compared as int32.
func TestIDsStayTheCallers(t *testing.T) {
	g := readGolden(t, "clip_old")
	m, err := transformers.FromPretrained[*transformers.CLIPModel](g.folder(t))
	require.NoError(t, err)
	long := torch.New([][]int64{{1, 7, 2}})
	short := long.To(torch.Int32)
	for range 2 {
		require.True(t, torch.Equal(m.GetTextFeatures(transformers.BertInput{InputIDs: long}),
			m.GetTextFeatures(transformers.BertInput{InputIDs: short})))
	}
}

func TestSettingsOfModelsOfPictures(t *testing.T) {
	for _, c := range []struct {
		golden, key string
		value       any
		want        string
	}{
		{"tiny_vit", "patch_size", 99, "patch_size: expected at most image_size"},
		{"tiny_vit", "image_size", []int{16}, "expected a number of pixels, or [height, width]"},
		{"tiny_vit", "image_size", 1 << 40, "image_size: expected 1 to 65536 pixels"},
		{"tiny_vit", "image_size", 32, "the settings contradict the weights"},
		{"tiny_vit", "num_channels", 0, "num_channels"},
		{"tiny_vit", "hidden_size", 1 << 40, "the settings' hidden_size"},
		{"tiny_resnet", "depths", []int{1, 1 << 40}, "depths: expected 1 to 1000 blocks"},
		{"tiny_resnet", "depths", []int{1}, "expected a number for each stage, but got 1 and 2"},
		{"tiny_resnet", "hidden_sizes", []int{1, 1 << 40}, "hidden_sizes: expected 1 to 65536 channels"},
		{"tiny_resnet", "hidden_sizes", []int{2, 8}, "at least 4 channels"},
		{"tiny_resnet", "layer_type", "bottle", "layer_type"},
		{"tiny_resnet", "embedding_size", 16, "the settings contradict the weights"},
		{"tiny_convnext", "num_stages", 3, "num_stages"},
		{"tiny_convnext", "patch_size", -4, "patch_size"},
		{"tiny_dinov2", "mlp_ratio", -1, "mlp_ratio"},
		{"tiny_dinov2", "use_swiglu_ffn", true, "missing keys"},
		{"tiny_clip", "projection_dim", 13, "the settings contradict the weights"},
		{"tiny_clip", "text_config", map[string]any{"num_hidden_layers": -1}, "text_config: num_hidden_layers"},
		{"tiny_clip", "text_config", map[string]any{"eos_token_id": []int{1, 2}}, "text_config: eos_token_id"},
		{"tiny_siglip", "vision_config", map[string]any{"num_hidden_layers": 1 << 40}, "num_hidden_layers"},
		{"tiny_clip", "vision_config", map[string]any{"image_size": 65536, "patch_size": 1, "hidden_size": 24}, "at most 1048576 patches"},
		{"tiny_vit", "patch_size", 1, "the settings contradict the weights"},
		{"tiny_siglip", "vision_config", 3, "vision_config: expected an object"},
	} {
		_, err := transformers.FromPretrained[transformers.Model](readGolden(t, c.golden).changed(t, c.key, c.value))
		require.ErrorContains(t, err, c.want, "%s: %s = %v", c.golden, c.key, c.value)
	}
}

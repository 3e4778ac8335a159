package multimodal_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal"
	"multitorch/multimodal/image"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/processors"
)

// pretrainedImages are folders of small models that were not trained.
func pretrainedImages(t *testing.T) map[string]string {
	t.Helper()
	torch.ManualSeed(0)
	tower := transformers.TowerConfig{
		HiddenSize: 16, IntermediateSize: 32, NumHiddenLayers: 2, NumAttentionHeads: 2, HiddenAct: "gelu", LayerNormEps: 1e-5,
	}
	size, patch := transformers.Sides{16, 16}, transformers.Sides{8, 8}
	clip := transformers.NewCLIPConfig()
	clip.TextConfig.TowerConfig, clip.VisionConfig.TowerConfig = tower, tower
	clip.TextConfig.VocabSize, clip.VisionConfig.ImageSize, clip.VisionConfig.PatchSize = 50, size, patch
	vit := transformers.NewViTConfig()
	vit.HiddenSize, vit.NumHiddenLayers, vit.NumAttentionHeads, vit.IntermediateSize = 16, 2, 2, 32
	vit.ImageSize, vit.PatchSize = size, patch
	resnet := transformers.NewResNetConfig()
	resnet.EmbeddingSize, resnet.HiddenSizes, resnet.Depths = 8, []int{8, 16}, []int{1, 1}

	folders := map[string]string{}
	for name, m := range map[string]transformers.Model{
		"CLIPImageProcessor": transformers.NewCLIPModel(clip), "ViTImageProcessor": transformers.NewViTForImageClassification(vit),
		"ConvNextImageProcessor": transformers.NewResNetModel(resnet),
	} {
		dir := t.TempDir()
		require.NoError(t, transformers.SavePretrained(m, dir))
		c, err := processors.Defaults(name)
		require.NoError(t, err)
		c.Size, c.CropSize = processors.Size{ShortestEdge: 16}, processors.Size{Height: 16, Width: 16}
		p, err := processors.NewImageProcessor(c)
		require.NoError(t, err)
		require.NoError(t, p.SavePretrained(dir))
		folders[name] = dir
	}
	return folders
}

func TestPretrainedImage(t *testing.T) {
	for name, dir := range pretrainedImages(t) {
		m := multimodal.NewModality("image", "pretrained-image")
		m.Folder, m.Size = dir, 16
		e, err := multimodal.NewEncoder(m)
		require.NoError(t, err, name)
		require.Equal(t, 16, e.OutputSize())

		// of pictures of the model's own size the features are the folder's model's
		bytes := torch.Randint(0, 256, torch.Shape{2, 3, 16, 16}).To(torch.Uint8)
		encoder := e.(*multimodal.PretrainedImage).Encoder
		c, err := processors.ReadImageConfig(dir)
		require.NoError(t, err)
		pixels := image.Normalize(bytes.To(torch.Float32).Div(255), c.ImageMean, c.ImageStd)
		want := transformers.ImageVectors(encoder, encoder.Forward(transformers.ImageInput{PixelValues: pixels}))
		got := e.Encode(multimodal.Input{Data: multimodal.Pixels(bytes)})
		require.InDelta(t, 4, got.Select(0, 0).Norm().Item(), 1e-4, "√16")
		cosines := got.Mul(want).Sum(1).Div(got.NormP(2, 1).Mul(want.NormP(2, 1)))
		require.InDelta(t, 1, cosines.Min().Item(), 1e-5, name)

		places, mask := e.(multimodal.SequenceEncoder).EncodeSequence(multimodal.Input{Data: torch.Rand(torch.Shape{2, 3, 40, 30})})
		require.Nil(t, mask)
		require.Equal(t, 16, places.Size(2), "pictures of any size")
	}
}

// A frozen encoder gets no gradients, and stays in evaluation while the model around it is trained.
func TestPretrainedImageIsFused(t *testing.T) {
	dir := pretrainedImages(t)["CLIPImageProcessor"]
	for layers, want := range map[int]bool{0: false, 1: true, -1: true} {
		m := multimodal.NewModality("image", "pretrained-image")
		m.Folder, m.TrainedLayers = dir, layers
		text := multimodal.NewModality("text", "gru")
		text.Words = 20
		model, err := multimodal.New(multimodal.NewConfig(3, m, text))
		require.NoError(t, err)
		out := model.Forward(multimodal.Inputs{Of: map[string]multimodal.Input{
			"image": {Data: torch.Rand(torch.Shape{2, 3, 32, 32})}, "text": {Data: torch.Ones(torch.Shape{2, 3}, torch.Int64)},
		}})
		require.Equal(t, torch.Shape{2, 3}, out.Shape())
		out.Sum().Backward()
		grads := 0
		for _, p := range nn.NamedParameters(model.Encoders.Get("image").(*multimodal.PretrainedImage).Encoder) {
			if p.Grad() != nil {
				grads++
			}
		}
		require.Equal(t, want, grads > 0, "%d layers", layers)
	}
}

func TestPretrainedImageErrors(t *testing.T) {
	dir := pretrainedImages(t)["ViTImageProcessor"]
	m := multimodal.NewModality("image", "pretrained-image")
	_, err := multimodal.NewEncoder(m)
	require.ErrorContains(t, err, "without a folder")
	m.Folder = filepath.Join(dir, "none")
	_, err = multimodal.NewEncoder(m)
	require.ErrorIs(t, err, os.ErrNotExist)
	m.Folder = dir
	require.NoError(t, os.WriteFile(filepath.Join(dir, "preprocessor_config.json"), []byte(`{"wrong": 1}`), 0o666))
	_, err = multimodal.NewEncoder(m)
	require.ErrorContains(t, err, `"wrong"`)
}

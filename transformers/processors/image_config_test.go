package processors_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/torch"
	"multitorch/transformers/processors"
)

func TestImageConfigOfOldAndNewFiles(t *testing.T) {
	clip, err := processors.Defaults("CLIPImageProcessor")
	require.NoError(t, err)
	vit, err := processors.Defaults("ViTImageProcessor")
	require.NoError(t, err)
	for content, want := range map[string]processors.ImageConfig{
		`{"image_processor_type": "CLIPImageProcessor"}`:                                                     clip,
		`{"image_processor_type": "CLIPImageProcessorFast", "size": null}`:                                   clip,
		`{"feature_extractor_type": "CLIPFeatureExtractor", "size": 224}`:                                    clip,
		`{"feature_extractor_type": "ViTFeatureExtractor", "size": 224}`:                                     vit,
		`{"image_processor_type": "ViTImageProcessor", "size": [224, 224]}`:                                  vit,
		`{"image_processor_type": "ViTImageProcessor", "image_mean": [0.5,0.5,0.5], "device": "cpu"}`:        vit,
		`{"image_processor_type": "ViTImageProcessor", "data_format": "channels_first", "unheard_of": null}`: vit,
	} {
		got, err := processors.ParseImageConfig([]byte(content), "")
		require.NoError(t, err, content)
		require.Equal(t, want, got, content)
	}
	for model, kind := range map[string]string{
		"resnet": "ConvNextImageProcessor", "dinov2": "BitImageProcessor", "siglip": "SiglipImageProcessor", "vit": "ViTImageProcessor",
	} {
		got, err := processors.ParseImageConfig([]byte(`{"size": 96}`), model)
		require.NoError(t, err)
		require.Equal(t, kind, got.Type)
		require.Equal(t, kind != "ViTImageProcessor", got.Size == processors.Size{ShortestEdge: 96}, kind)
	}
}

func TestImageConfigErrors(t *testing.T) {
	vit := func(more string) string { return `{"image_processor_type": "ViTImageProcessor", ` + more + `}` }
	for content, says := range map[string]string{
		`[]`: "object",
		`{`:  "object",
		`{}`: "no image_processor_type",
		`{"image_processor_type": "Sam3ImageProcessor"}`:                     "known are BitImageProcessor, CLIPImageProcessor",
		`{"feature_extractor_type": "WhisperFeatureExtractor"}`:              "not known for pictures",
		`{"image_processor_type": 3}`:                                        "image_processor_type: expected a name",
		vit(`"do_thumbnail": true`):                                          `"do_thumbnail" = true is not known to ViTImageProcessor`,
		vit(`"crop_pct": 0.9`):                                               "crop_pct",
		vit(`"size": {"longest_edge": 3}`):                                   "size: expected height and width",
		vit(`"size": {"height": 3}`):                                         "size: expected height and width",
		vit(`"size": {"height": 3, "width": 4, "depth": 5}`):                 "size: expected height and width",
		vit(`"size": {"height": 3, "width": 0}`):                             "width: expected 1 to 65536 pixels, got 0",
		vit(`"size": [3, -1]`):                                               "width: expected 1 to 65536 pixels, got -1",
		vit(`"size": [3]`):                                                   "[height, width]",
		vit(`"size": 1000000`):                                               "expected 1 to 65536 pixels",
		vit(`"size": "big"`):                                                 "size: expected a whole number",
		vit(`"size": 2.5`):                                                   "size: expected a whole number",
		vit(`"resample": 6`):                                                 "resample: expected Pillow's number",
		vit(`"do_center_crop": true`):                                        "crop_size",
		vit(`"image_std": [0.5, 0, 0.5]`):                                    "image_std: 0",
		vit(`"image_mean": []`):                                              "image_mean: expected a number for each of 1 to 4 channels, got 0",
		vit(`"image_mean": "white"`):                                         "image_mean: expected numbers",
		vit(`"rescale_factor": 1e300`):                                       "rescale_factor",
		vit(`"data_format": "channels_last"`):                                "channels_first",
		`{"image_processor_type": "ConvNextImageProcessor", "crop_pct": 0}`:  "crop_pct",
		`{"image_processor_type": "ConvNextImageProcessor", "size": [4, 4]}`: "ConvNextImageProcessor expects shortest_edge",
	} {
		_, err := processors.ParseImageConfig([]byte(content), "")
		require.ErrorContains(t, err, says, content)
	}
}

func TestImageProcessorOfFolders(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666))
	}
	_, err := processors.ImageProcessorFromPretrained(dir)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "no preprocessor_config.json")

	write("preprocessor_config.json", `{"size": 32, "wrong": 1}`)
	write("config.json", `{"model_type": "vit"}`)
	_, err = processors.ImageProcessorFromPretrained(dir)
	require.ErrorContains(t, err, filepath.Join(dir, "preprocessor_config.json")+`: the setting "wrong"`)

	write("preprocessor_config.json", `{"size": 32}`)
	p, err := processors.ImageProcessorFromPretrained(dir)
	require.NoError(t, err)
	require.Equal(t, processors.Size{Height: 32, Width: 32}, p.Config.Size)

	write("processor_config.json", `{"image_processor": {"image_processor_type": "CLIPImageProcessorFast", "size": 48}}`)
	p, err = processors.ImageProcessorFromPretrained(dir)
	require.NoError(t, err)
	require.Equal(t, processors.Size{ShortestEdge: 48}, p.Config.Size)

	saved := filepath.Join(dir, "new", "folder")
	require.NoError(t, p.SavePretrained(saved))
	again, err := processors.ImageProcessorFromPretrained(saved)
	require.NoError(t, err)
	require.Equal(t, p, again)

	write("processor_config.json", strings.Repeat(" ", 2<<20))
	_, err = processors.ImageProcessorFromPretrained(dir)
	require.ErrorContains(t, err, "at most 1048576 bytes")
}

func TestImageProcessorBatches(t *testing.T) {
	c, err := processors.Defaults("ViTImageProcessor")
	require.NoError(t, err)
	c.DoResize = false
	p, err := processors.NewImageProcessor(c)
	require.NoError(t, err)
	for says, shapes := range map[string][][3]int{
		"at least one picture":                      nil,
		"expected 3 channels, one for each mean":    {{4, 4, 1}},
		"expected pictures that end up in one size": {{4, 4, 3}, {4, 5, 3}},
	} {
		err := torch.Try(func() error {
			p.Process(pictures(shapes)...)
			return nil
		})
		require.ErrorContains(t, err, says)
	}
	a, b := synthetic(5, 7, 3), synthetic(5, 7, 3).FlipHorizontal()
	both := p.Process(a, b)
	require.Equal(t, torch.Shape{2, 3, 5, 7}, both.Shape())
	require.Equal(t, p.Process(b).Bytes(), both.Narrow(0, 1, 1).Bytes())

	c.DoResize, c.Size = true, processors.Size{ShortestEdge: 300}
	p, err = processors.NewImageProcessor(c)
	require.NoError(t, err)
	err = torch.Try(func() error {
		p.Process(synthetic(1, 40000, 3)) // would be 300 x 12,000,000
		return nil
	})
	require.ErrorContains(t, err, "65536 pixels along each side")
}

func pictures(shapes [][3]int) (pictures []*image.Image) {
	for _, s := range shapes {
		pictures = append(pictures, synthetic(s[0], s[1], s[2]))
	}
	return pictures
}

package transformers_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
)

// modes are the orders of attention's operations.
var modes = map[string]transformers.Load{"usual": {}, "eager": {Eager: true}}

func TestViTIsTransformers(t *testing.T) {
	for _, name := range []string{"tiny_vit", "tiny_vit_interp"} {
		for mode, load := range modes {
			t.Run(name+" "+mode, func(t *testing.T) {
				g := readGolden(t, name)
				m, err := transformers.FromPretrained[*transformers.ViTModel](g.folder(t), load)
				require.NoError(t, err)
				out := m.Forward(transformers.ImageInput{
					PixelValues: g.input(t, "pixel_values"), InterpolatePosEncoding: name == "tiny_vit_interp",
				})
				requireGolden(t, g.goldenOutput, out.LastHiddenState)
			})
		}
	}
}

func TestImageTextModelsAreTransformers(t *testing.T) {
	for _, name := range []string{"tiny_clip", "tiny_siglip"} {
		for mode, load := range modes {
			t.Run(name+" "+mode, func(t *testing.T) {
				g := readGolden(t, name)
				m, err := transformers.AutoModelForZeroShotImageClassification(g.folder(t), load)
				require.NoError(t, err)
				out := m.Forward(g.imageText(t))
				requireGolden(t, g.goldenOutput, out.LogitsPerImage)
				embeds := readEmbeds(t, name)
				requireNear(t, embeds.Text.First, out.TextEmbeds)
				requireNear(t, embeds.Image.First, out.ImageEmbeds)
			})
		}
	}
}

// embeds are the vectors behind a golden file's logits.
type embeds struct {
	Text  goldenOutput `json:"text_embeds"`
	Image goldenOutput `json:"image_embeds"`
}

func readEmbeds(t *testing.T, name string) (e embeds) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "golden", name+".json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &e))
	return e
}

// requireNear compares the first elements within 1e-5.
func requireNear(t *testing.T, want []float64, got *torch.Tensor) {
	t.Helper()
	require.NotEmpty(t, want)
	for i, v := range torch.ToSlice[float32](got.Detach().Contiguous())[:len(want)] {
		require.InDelta(t, want[i], v, 1e-5, "element %d", i)
	}
}

func TestImageNetworksAreTransformers(t *testing.T) {
	for _, name := range []string{"tiny_resnet", "tiny_convnext"} {
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, name)
			dir := g.folder(t)
			m, err := transformers.AutoModelForImageClassification(dir, transformers.Load{Labels: []string{"a", "b", "c", "d", "e"}})
			require.NoError(t, err)
			requireGolden(t, g.goldenOutput, m.Forward(transformers.ImageInput{PixelValues: g.input(t, "pixel_values")}).Logits)
		})
	}
}

func TestDinov2IsTransformers(t *testing.T) {
	for mode, load := range modes {
		t.Run(mode, func(t *testing.T) {
			g := readGolden(t, "tiny_dinov2")
			m, err := transformers.FromPretrained[*transformers.Dinov2Model](g.folder(t), load)
			require.NoError(t, err)
			out := m.Forward(transformers.ImageInput{PixelValues: g.input(t, "pixel_values")})
			requireGolden(t, g.goldenOutput, out.LastHiddenState)
		})
	}
}

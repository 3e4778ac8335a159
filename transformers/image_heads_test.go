package transformers_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers"
)

// imageGoldens are the files that scripts/golden/image_models.py has made.
func imageGoldens(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, family := range []string{"vit", "clip", "siglip", "resnet", "dinov2", "convnext"} {
		files, err := filepath.Glob("testdata/golden/" + family + "_*.json")
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, f := range files {
			names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
		}
	}
	return names
}

// image is the file's pictures, with their labels and what is to be done with them.
func (g golden) image(t *testing.T) transformers.ImageInput {
	return transformers.ImageInput{
		PixelValues: g.input(t, "pixel_values"), Labels: g.input(t, "labels"), BoolMaskedPos: g.input(t, "bool_masked_pos"),
		InterpolatePosEncoding: string(g.Inputs["interpolate_pos_encoding"]) == "true", OutputHiddenStates: true,
	}
}

func (g golden) imageText(t *testing.T) transformers.ImageTextInput {
	return transformers.ImageTextInput{
		InputIDs: g.input(t, "input_ids"), AttentionMask: g.input(t, "attention_mask"), PixelValues: g.input(t, "pixel_values"),
		ReturnLoss: string(g.Inputs["return_loss"]) == "true",
	}
}

// pictured is what a model makes of the file's batch, by Python's names.
func (g golden) pictured(t *testing.T, m transformers.Model) map[string]*torch.Tensor {
	t.Helper()
	out := map[string]*torch.Tensor{}
	var states []*torch.Tensor
	add := func(name string, x *torch.Tensor) {
		if x != nil {
			out[name] = x
		}
	}
	encoder := func(o transformers.BaseModelOutput) {
		add("last_hidden_state", o.LastHiddenState)
		add("pooler_output", o.PoolerOutput)
		states = o.HiddenStates
	}
	text := g.bert(t)
	text.OutputHiddenStates = true
	switch m := m.(type) {
	case transformers.ImageTextModel:
		o := m.Forward(g.imageText(t))
		add("loss", o.Loss)
		add("logits_per_image", o.LogitsPerImage)
		add("logits_per_text", o.LogitsPerText)
		add("text_embeds", o.TextEmbeds)
		add("image_embeds", o.ImageEmbeds)
	case transformers.TextEncoder:
		encoder(m.Forward(text))
	case transformers.ImageEncoder:
		encoder(m.Forward(g.image(t)))
	case transformers.ImageClassifier:
		o := m.Forward(g.image(t))
		add("loss", o.Loss)
		add("logits", o.Logits)
		states = o.HiddenStates
	case *transformers.ViTForMaskedImageModeling:
		o := m.Forward(g.image(t))
		add("loss", o.Loss)
		add("reconstruction", o.Reconstruction)
		states = o.HiddenStates
	case *transformers.CLIPTextModelWithProjection:
		o := m.Forward(text)
		add("text_embeds", o.Embeds)
		add("last_hidden_state", o.LastHiddenState)
		states = o.HiddenStates
	case *transformers.CLIPVisionModelWithProjection:
		o := m.Forward(g.image(t))
		add("image_embeds", o.Embeds)
		add("last_hidden_state", o.LastHiddenState)
		states = o.HiddenStates
	default:
		require.Fail(t, "no model of pictures", "%T", m)
	}
	for i, s := range states {
		add(fmt.Sprintf("hidden_states.%d", i), s)
	}
	return out
}

func TestModelsOfPicturesAreTransformers(t *testing.T) {
	for _, name := range imageGoldens(t) {
		for mode, load := range modes {
			t.Run(name+" "+mode, func(t *testing.T) {
				g := readGolden(t, name)
				m, err := transformers.FromPretrained[transformers.Model](g.folder(t), load)
				require.NoError(t, err)
				require.Equal(t, g.Arch, reflect.TypeOf(m).Elem().Name())
				g.prefixed(m)
				requireGoldens(t, g, m, g.pictured(t, m))
			})
		}
	}
}

// prefixed gives gradients the names that they have here: Transformers 5 leaves out the encoder's in a folder of it alone.
func (g golden) prefixed(m transformers.Model) {
	for _, p := range nn.NamedParameters(m) {
		_, rest, _ := strings.Cut(p.Name, ".")
		if w, there := g.Gradients[rest]; there {
			delete(g.Gradients, rest)
			g.Gradients[p.Name] = w
		}
	}
}

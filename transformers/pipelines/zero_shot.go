package pipelines

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"multitorch/nn"
	"multitorch/tokenizers"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/processors"
)

// Template is the text that is made of a label unless another one is given, as in Transformers' pipeline.
const Template = "This is a photo of {}."

// ZeroShotImageClassifier says which of some labels is on a picture, labels that no model was trained on: how near the
// picture's vector is to those of texts.
type ZeroShotImageClassifier struct {
	Model     transformers.ImageTextModel
	Processor *processors.ImageProcessor
	Tokenizer *tokenizers.Tokenizer
	Template  string // of which {} becomes the label
}

// NewZeroShotImageClassifier loads a folder of a CLIP or SigLIP model, its preprocessor_config.json and its tokenizer.json.
func NewZeroShotImageClassifier(dir string, o ...transformers.Load) (*ZeroShotImageClassifier, error) {
	p, err := processors.ImageProcessorFromPretrained(dir)
	if err != nil {
		return nil, err
	}
	m, err := transformers.AutoModelForZeroShotImageClassification(dir, o...)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "tokenizer.json")
	t, err := tokenizers.FromFile(path)
	if err != nil {
		return nil, err
	}
	if t, err = fitted(t, m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &ZeroShotImageClassifier{m, p, t, Template}, nil
}

// fitted is a tokenizer that cuts and fills texts as a model was trained: CLIP's to the longest of a batch, which a mask tells
// apart; SigLIP's always to the same length, without mask.
func fitted(t *tokenizers.Tokenizer, m transformers.ImageTextModel) (*tokenizers.Tokenizer, error) {
	longest, words, padding := 0, 0, tokenizers.PadTo(0, "")
	switch c := m.Configuration().(type) {
	case *transformers.CLIPConfig:
		longest, words = c.TextConfig.MaxPositionEmbeddings, c.TextConfig.VocabSize
	case *transformers.SiglipConfig:
		longest, words = c.TextConfig.MaxPositionEmbeddings, c.TextConfig.VocabSize
		if c.TextConfig.PadTokenID != nil {
			padding = tokenizers.PadTo(uint32(*c.TextConfig.PadTokenID), "")
		}
		padding.Strategy = tokenizers.PaddingStrategy(longest)
	default:
		return nil, fmt.Errorf("it is not known how texts are prepared for a %T", m)
	}
	if n := t.VocabSize(true); n > words {
		return nil, fmt.Errorf("it has %d tokens, but the model knows %d", n, words)
	}
	return t.With(func(c *tokenizers.Config) {
		c.Truncation = &tokenizers.Truncation{MaxLength: longest, Strategy: tokenizers.LongestFirst, Direction: tokenizers.Right}
		c.Padding = padding
	})
}

// Texts are texts as the model takes them.
func (z *ZeroShotImageClassifier) Texts(texts ...string) (transformers.BertInput, error) {
	_, filledUp := z.Model.(*transformers.SiglipModel)
	clean := make([]string, len(texts))
	for i, text := range texts {
		if clean[i] = text; filledUp {
			clean[i] = canonical(text)
		}
	}
	encoded, err := z.Tokenizer.EncodeBatch(clean)
	if err != nil {
		return transformers.BertInput{}, err
	}
	var ids, mask []int64
	for _, e := range encoded {
		ids, mask = append(ids, e.IDs...), append(mask, e.AttentionMask...)
	}
	device := deviceOf(z.Model)
	in := transformers.BertInput{InputIDs: torch.FromSlice(ids, len(texts), len(ids)/len(texts)).To(device)}
	if !filledUp {
		in.AttentionMask = torch.FromSlice(mask, len(texts), len(mask)/len(texts)).To(device)
	}
	return in, nil
}

// canonical is a text as SigLIP was trained on: in lower case, without ASCII's punctuation, single spaces between words.
func canonical(text string) string {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", r) {
			return -1
		}
		return r
	}, strings.ToLower(text))
	return strings.Join(strings.Fields(text), " ")
}

// Classify scores the labels for picture files, for each the best first. CLIP's scores of a picture sum up to 1; SigLIP's are
// each of one label alone.
func (z *ZeroShotImageClassifier) Classify(ctx context.Context, labels []string, paths ...string) ([][]Score, error) {
	if len(labels) == 0 {
		return nil, errors.New("expected at least one label")
	}
	texts := make([]string, len(labels))
	for i, label := range labels {
		texts[i] = strings.ReplaceAll(z.Template, "{}", label)
	}
	in, err := z.Texts(texts...)
	if err != nil {
		return nil, err
	}
	return inBatches(paths, func(paths []string) ([][]Score, error) {
		pixels, err := z.Processor.Open(ctx, paths...)
		if err != nil {
			return nil, err
		}
		out := z.Model.Forward(transformers.ImageTextInput{
			InputIDs: in.InputIDs, AttentionMask: in.AttentionMask, PixelValues: pixels.To(deviceOf(z.Model)),
		})
		return ranked(z.Model.Probabilities(out.LogitsPerImage), labels), nil
	})
}

func deviceOf(m nn.Module) torch.Device { return nn.Parameters(m)[0].Device() }

package scripts

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/twin"
)

// pages are the pages of docs with Go on them, and what it takes for granted: the files that it names are
// made first, and model and optimizer are there.
var pages = map[string]string{
	"audio.md": `
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"multitorch/multimodal/audio"
	"multitorch/multimodal/audio/device"
	"multitorch/multimodal/audio/draw"
	"multitorch/multimodal/audio/functional"
	"multitorch/torch"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

const null = device.Null(true)

var (
	wave, rate   = torch.Rand(torch.Shape{2, 44100}).Sub(0.5), 44100
	mono, speech = audio.Mono(wave), torch.Rand(torch.Shape{1, 16000}).Sub(0.5)
	resample     = audio.NewResample(rate, 16000, audio.ResampleOptions{})
	logMel       = audio.NewLogMelSpectrogram(audio.Librosa(16000, audio.NFFT(512)))
)

func main() {
	var err error
	must(audio.Save("speech.wav", wave, rate))
`,
	"dialogue.md": `
package main

import (
	"context"
	"fmt"

	"multitorch/datasets"
	"multitorch/datasets/sortofclevr"
	"multitorch/multimodal/dialogue"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/optim"
	"multitorch/torch"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var (
	ctx    = context.Background()
	config = dialogue.Config{Kind: dialogue.KindFocus, Input: sortofclevr.State, Asked: sortofclevr.Dialogue}
	data   = sortofclevr.Generate(sortofclevr.Options{Train: 64})
)

func main() {
	var err error
	model, err := dialogue.New(config)
	must(err)
`,
	"distributed.md": `
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"multitorch/datasets"
	"multitorch/distributed"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var (
	ctx     = context.Background()
	options = []distributed.Option{distributed.InitMethod("file://store"), distributed.Rank(0), distributed.WorldSize(1)}
)

func newModel() *nn.Linear { return nn.NewLinear(4, 2) }

func part(rank, ranks int) (x, y *torch.Tensor) {
	_ = os.Remove("store")
	return torch.Randn(torch.Shape{6, 4}), torch.Randint(0, 2, torch.Shape{6})
}

func newTrainer() *trainer.Trainer[*torch.Tensor, int] {
	model := newModel()
	loader, err := datasets.NewBatchLoader(rows(6), datasets.BatchSize(4))
	must(err)
	return &trainer.Trainer[*torch.Tensor, int]{
		Model: model, Optimizer: optim.NewSGD(nn.Parameters(model)), Epochs: 1, Train: loader,
		Step: func(x *torch.Tensor) (*torch.Tensor, int) { return model.Forward(x).Square().Mean(), 0 },
	}
}

type rows int

func (n rows) Len() int { return int(n) }

func (n rows) GetBatch(_ context.Context, is []int) (*torch.Tensor, error) {
	return torch.Ones(torch.Shape{len(is), 4}), nil
}

func main() {
	var err error
	_ = time.Second
	_ = functional.CrossEntropy(torch.Ones(torch.Shape{1, 2}), torch.New([]int64{0}))
	_ = fmt.Sprint()
`,
	"serving.md": `
package main

import (
	"context"
	"time"

	"multitorch/serve"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

type Double struct {
	Twice float64
}

func main() {
	var err error
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
`,
	"transformers.md": `
package main

import (
	"fmt"

	"multitorch/multimodal"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/transformers"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

const dir = "folder"

var (
	ids    = torch.New([][]int{{2, 7, 31, 3}, {2, 9, 3, 0}})
	mask   = torch.New([][]int{{1, 1, 1, 1}, {1, 1, 1, 0}})
	labels = torch.New([][]int{{0, 1, 2, 0}, {0, 0, 0, -100}})
)

func config() *transformers.BertConfig {
	c := transformers.NewBertConfig()
	c.VocabSize, c.HiddenSize, c.NumHiddenLayers, c.NumAttentionHeads, c.IntermediateSize = 50, 16, 2, 2, 32
	c.SetNumLabels(3)
	return c
}

func main() {
	var err error
	model := transformers.NewBertForMaskedLM(config())
	must(transformers.SavePretrained(model, dir))
	tagger := transformers.NewBertForTokenClassification(config())
	optimizer := optim.NewAdamW(transformers.Trainable(tagger, transformers.AllLayers))
	_, _ = optimizer, tagger
`,
	"files.md": `
package main

import (
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var (
	model     = nn.NewLinear(3, 20)
	optimizer = optim.NewAdam(nn.Parameters(model))
)

func main() {
	must(torch.SaveSafetensors("model.safetensors", []torch.NamedTensor{{Name: "decoder.weight", Tensor: model.Weight.Tensor}}, nil))
	state, err := optimizer.StateDict().Python()
	must(err)
	must(torch.Save("checkpoint.pt", map[string]any{"model": nn.StateDict(model), "optimizer": state}))
`,
	"data.md": `
package main

import (
	"context"
	"fmt"
	"os"

	"multitorch/datasets"
	"multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
	"multitorch/multimodal/image"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	ctx := context.Background()
	text := "picture,question,answer\n"
	for i := range 20 {
		must(image.Uniform(8, 8, uint8(255*(i%2)), 0, 0).Save(fmt.Sprintf("%d.png", i)))
		text += fmt.Sprintf("%d.png,what colour is it?,%s\n", i, []string{"black", "red"}[i%2])
	}
	must(os.WriteFile("questions.csv", []byte(text), 0o644))
	dataset, err := datasets.NewTensorDataset(torch.Arange(0, 100, 1))
	must(err)
`,
	"image.md": `
package main

import (
	"context"
	"fmt"

	"multitorch/datasets"
	"multitorch/multimodal/image"
	"multitorch/torch"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var ctx = context.Background()

type album struct{}

func (album) Len() int { return 64 }

func (album) Get(int) (*image.Image, error) {
	m, err := image.Open(ctx, "photo.jpg", image.ModeRGB)
	if err != nil {
		return nil, err
	}
	return m.Resize(224, 224, image.Bilinear), nil
}

var pictures album

func main() {
	var err error
	m := image.New(300, 400, 3)
	for i := range m.Pix {
		m.Pix[i] = uint8(i / 700)
	}
	must(m.Save("photo.jpg"))
	fmt.Println(torch.Version())
`,
	"multimodal.md": `
package main

import (
	"multitorch/multimodal"
	"multitorch/multimodal/ensemble"
	"multitorch/multimodal/fusion"
	"multitorch/multimodal/objective"
	"multitorch/nn"
	"multitorch/torch"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var (
	images, tokens, lengths = torch.Randn(torch.Shape{2, 3, 32, 32}), torch.Randint(2, 9, torch.Shape{2, 5}), torch.New([]int64{5, 3})
	image, fused            = torch.Randn(torch.Shape{2, 10}).SetRequiresGrad(true), torch.Randn(torch.Shape{2, 10}).SetRequiresGrad(true)
	target                  = torch.New([]int64{3, 7})
	in                      = multimodal.Inputs{Of: map[string]multimodal.Input{"image": {Data: images}, "text": {Data: tokens, Lengths: lengths}}}
	model                   *multimodal.Model
)

func main() {
	var err error
	{
		text := multimodal.NewModality("text", "gru")
		text.Words = 1000
		model, err = multimodal.New(multimodal.NewConfig(10, multimodal.NewModality("image", "cnn"), text))
		must(err)
	}
`,
	"porting.md": `
package main

import (
	"context"
	"fmt"
	"math"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var (
	model     = nn.NewLinear(3, 20)
	optimizer = optim.NewAdam(nn.Parameters(model))
)

func main() {
	var err error
`,
	"generation.md": `
package main

import (
	"fmt"
	"path/filepath"

	"multitorch/tokenizers"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/generation"
	"multitorch/transformers/pipelines"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// save writes the folder of a small model that was not trained, whose tokens are bytes.
func save(m transformers.Model, dir string) {
	must(transformers.SavePretrained(m, dir))
	vocab := tokenizers.Vocab{}
	for i, r := range tokenizers.ByteLevelAlphabet() {
		vocab[string(r)] = uint32(i)
	}
	words, err := tokenizers.New(tokenizers.Config{
		Model: &tokenizers.BPE{Vocab: vocab}, PreTokenizer: tokenizers.ByteLevel{}, Decoder: tokenizers.ByteLevel{},
	})
	must(err)
	must(words.Save(filepath.Join(dir, "tokenizer.json")))
}

func smallGPT2() *transformers.GPT2LMHeadModel {
	c := transformers.NewGPT2Config()
	c.VocabSize, c.NPositions, c.NEmbd, c.NLayer, c.NHead, c.BosTokenID, c.EosTokenID = 256, 64, 16, 1, 2, nil, nil
	return transformers.NewGPT2LMHeadModel(c)
}

func smallT5() *transformers.T5ForConditionalGeneration {
	c := transformers.NewT5Config()
	c.VocabSize, c.DModel, c.DKV, c.DFF, c.NumLayers, c.NumHeads, c.DecoderStartTokenID = 256, 16, 8, 32, 1, 2, new(0)
	return transformers.NewT5ForConditionalGeneration(c)
}

func main() {
	var err error
	save(smallGPT2(), "gpt2")
	save(smallT5(), "t5")
	var model transformers.CausalLM = smallGPT2()
	config := generation.Default()
`,
	"speech.md": `
package main

import (
	"context"
	"fmt"
	"os"

	"multitorch/datasets"
	"multitorch/multimodal"
	"multitorch/multimodal/ctc"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/speech"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var ctx = context.Background()

func main() {
	const dir = "whisper"
	c := transformers.NewWhisperConfig()
	c.DModel, c.EncoderAttentionHeads, c.DecoderAttentionHeads, c.EncoderLayers, c.DecoderLayers = 16, 2, 2, 1, 1
	c.VocabSize, c.NumMelBins, c.PadTokenID, c.DecoderStartTokenID = 120, 8, nil, 4
	must(transformers.SavePretrained(transformers.NewWhisperForConditionalGeneration(c), dir))
	for name, text := range map[string]string{
		"generation_config.json":   ` + "`{\"eos_token_id\": 3, \"no_timestamps_token_id\": 6}`" + `,
		"preprocessor_config.json": ` + "`{\"feature_extractor_type\": \"WhisperFeatureExtractor\", \"feature_size\": 8}`" + `,
		"tokenizer.json":           ` + "`{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"c\": 2}, \"merges\": []}}`" + `,
	} {
		must(os.WriteFile(dir+"/"+name, []byte(text), 0o644))
	}
`,
	"tokenizers.md": `
package main

import (
	"fmt"
	"slices"

	"multitorch/tokenizers"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	made, err := tokenizers.Train(tokenizers.Config{
		Normalizer: tokenizers.Lowercase{}, PreTokenizer: tokenizers.BertPreTokenizer{},
		Decoder: tokenizers.WordPieceDecoder{Prefix: "##"},
	}, tokenizers.WordPieceTrainer{
		VocabSize: 200, SpecialTokens: tokenizers.SpecialTokens("[PAD]", "[UNK]"),
	}, slices.Values([]string{"the cat sat on the mat.", "one text and another, longer one", "token by token"}))
	must(err)
	must(made.Save("tokenizer.json"))
`,
	"text.md": `
package main

import (
	"fmt"
	"os"
	"slices"

	"multitorch/multimodal/text"
	"multitorch/nn"
	"multitorch/torch"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
`,
	"training.md": `
package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/plot"
	"multitorch/trainer/tensorboard"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var ctx = context.Background()

func main() {
	var err error
	model := nn.NewLinear(3, 1)
	data, err := datasets.NewTensorDataset(torch.Randn(torch.Shape{20, 3}))
	must(err)
	loader, err := datasets.NewLoader(data, datasets.BatchSize(4))
	must(err)
	t := &trainer.Trainer[[]*torch.Tensor, int]{
		Model: model, Optimizer: optim.NewAdam(nn.Parameters(model)), Epochs: 1, Train: loader,
		Step: func(batch []*torch.Tensor) (*torch.Tensor, int) { return model.Forward(batch[0]).Square().Mean(), 0 },
	}
`,
	"vision.md": `
package main

import (
	"context"
	"fmt"
	"path/filepath"

	"multitorch/multimodal"
	"multitorch/multimodal/image"
	"multitorch/tokenizers"
	"multitorch/transformers"
	"multitorch/transformers/pipelines"
	"multitorch/transformers/processors"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var ctx = context.Background()

// makeCLIP makes the folder of a small model that was not trained.
func makeCLIP(dir string) {
	c := transformers.NewCLIPConfig()
	small := transformers.TowerConfig{
		HiddenSize: 16, IntermediateSize: 32, NumHiddenLayers: 1, NumAttentionHeads: 2, HiddenAct: "quick_gelu", LayerNormEps: 1e-5,
	}
	c.TextConfig.TowerConfig, c.VisionConfig.TowerConfig = small, small
	c.TextConfig.VocabSize, c.TextConfig.EosTokenID = 4, transformers.TokenIDs{3}
	must(transformers.SavePretrained(transformers.NewCLIPModel(c), dir))
	end := tokenizers.SpecialToken{Token: "<end>", ID: 3}
	words, err := tokenizers.New(tokenizers.Config{
		Model:        &tokenizers.WordLevel{Vocab: tokenizers.Vocab{"?": 0, "cat": 1, "dog": 2, "<end>": 3}, UnkToken: "?"},
		PreTokenizer: tokenizers.WhitespaceSplit{}, PostProcessor: tokenizers.BertProcessing{Sep: end, Cls: end},
	})
	must(err)
	must(words.Save(filepath.Join(dir, "tokenizer.json")))
	settings, err := processors.Defaults("CLIPImageProcessor")
	must(err)
	p, err := processors.NewImageProcessor(settings)
	must(err)
	must(p.SavePretrained(dir))
}

func main() {
	makeCLIP("clip")
	must(image.New(30, 40, 3).Save("photo.png"))
`,
}

// What stands on the pages of docs in Go is compiled and run, each piece in a function of its own, but for those that
// begin with a type and methods.
func TestPagesRun(t *testing.T) {
	all, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	for _, page := range all {
		program, known := pages[filepath.Base(page)]
		if !known {
			require.Empty(t, fences(t, page, "go"), "%s has Go on it, and no entry in pages", page)
			continue
		}
		types := ""
		for _, piece := range blocks(t, page, "go") {
			if strings.HasPrefix(piece, "type ") {
				types += piece
				continue
			}
			program += "\tfunc() {\n" + piece + "\n" + used(piece) + "\t\tmust(err)\n\t}()\n"
		}
		dir := t.TempDir()
		writeFile(t, dir+"/main.go", program+"}\n"+types)
		shell(t, checkout(t), "go build -o '"+dir+"/page' '"+dir+"/main.go' && cd '"+dir+"' && ./page")
	}
}

// The pieces of Python beside them run as well, one after the other.
func TestPortingPageRunsInPython(t *testing.T) {
	page, err := filepath.Abs("../docs/porting.md")
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	pieces := strings.Join(blocks(t, page, "python"), "\n")
	twin.Run(t, "from torch import nn\nmodel = nn.Linear(3, 20)\n"+pieces, nil)
}

var declared = regexp.MustCompile(`(?m)^(\w+(?:, \w+)*) :=`)

// used uses every variable that a piece declares, for which Go asks.
func used(piece string) string {
	var names []string
	for _, m := range declared.FindAllStringSubmatch(piece, -1) {
		names = append(names, strings.Split(m[1], ", ")...)
	}
	slices.Sort(names)
	var uses strings.Builder
	for _, name := range slices.Compact(names) {
		if name == "_" {
			continue
		}
		uses.WriteString("\t\t_ = " + name + "\n")
	}
	return uses.String()
}

package pipelines

import (
	"errors"
	"fmt"
	"iter"
	"path/filepath"

	"multitorch/tokenizers"
	"multitorch/tokenizers/chat"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/generation"
)

// TextGenerator goes on with texts, or answers them, as the model is one or the other.
type TextGenerator struct {
	Model     transformers.Model // a CausalLM or a Seq2SeqLM
	Tokenizer *tokenizers.Tokenizer
	Config    generation.Config // the folder's settings, to be changed; Decode is the tokenizer's
	Template  *chat.Template    // how the model reads a conversation; nil where the folder does not say
}

// NewTextGenerator loads a folder with a language model, its tokenizer.json and generation_config.json.
func NewTextGenerator(dir string, o ...transformers.Load) (*TextGenerator, error) {
	g := &TextGenerator{}
	var err error
	if g.Config, err = generation.ReadConfig(dir); err != nil {
		return nil, err
	}
	t, err := tokenizers.FromFile(filepath.Join(dir, "tokenizer.json"))
	if err != nil {
		return nil, err
	}
	// Prompts are neither cut nor padded: what is too long is an error, and the model pads.
	if g.Tokenizer, err = t.With(func(c *tokenizers.Config) { c.Padding, c.Truncation = nil, nil }); err != nil {
		return nil, err
	}
	g.Config.Decode = func(ids []int64) string {
		text, err := g.Tokenizer.Decode(ids)
		if err != nil {
			return "" // an id without a word says nothing
		}
		return text
	}
	if g.Template, err = chat.Load(dir); err != nil && !errors.Is(err, chat.ErrNone) {
		return nil, err
	}
	config, err := transformers.ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	switch config.(type) {
	case *transformers.T5Config:
		g.Model, err = transformers.AutoModelForSeq2SeqLM(dir, o...)
	default:
		g.Model, err = transformers.AutoModelForCausalLM(dir, o...)
	}
	return g, err
}

// Generate is the new text for each prompt, and for each of Config.NumReturnSequences one after another.
func (g *TextGenerator) Generate(prompts ...string) ([]string, error) {
	var ids [][]int64
	for _, p := range prompts {
		e, err := g.Tokenizer.Encode(p)
		if err != nil {
			return nil, err
		}
		ids = append(ids, e.IDs)
	}
	var result *generation.Result
	err := g.begin(ids, func(m generation.Model, prompts [][]int64) (err error) {
		result, err = generation.Generate(m, prompts, g.Config)
		return err
	})
	if err != nil {
		return nil, err
	}
	return g.Tokenizer.DecodeBatch(result.New)
}

// Stream is the new text for a prompt in pieces, each as soon as no further id can change it. Ending the loop ends the
// generation.
func (g *TextGenerator) Stream(prompt string) iter.Seq2[string, error] {
	return g.stream(tokenizers.Input{Text: prompt})
}

// Answer is what the model says next in a conversation, in pieces as [TextGenerator.Stream] gives them. The folder's template
// writes the conversation, special tokens included, and with what an answer begins with.
func (g *TextGenerator) Answer(conversation ...chat.Message) iter.Seq2[string, error] {
	if g.Template == nil {
		return func(yield func(string, error) bool) { yield("", fmt.Errorf("pipelines: %w", chat.ErrNone)) }
	}
	prompt, err := g.Template.Apply(conversation, chat.Options{AddGenerationPrompt: true})
	if err != nil {
		return func(yield func(string, error) bool) { yield("", err) }
	}
	return g.stream(tokenizers.Input{Text: prompt, NoSpecialTokens: true})
}

func (g *TextGenerator) stream(prompt tokenizers.Input) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		left := errors.New("left")
		err := func() error {
			e, err := g.Tokenizer.EncodeInput(prompt)
			if err != nil {
				return err
			}
			text := g.Tokenizer.Stream(true)
			return g.begin([][]int64{e.IDs}, func(m generation.Model, prompts [][]int64) error {
				for token, err := range generation.Stream(m, prompts, g.Config) {
					if err != nil {
						return err
					}
					piece, err := text.Next(token.ID)
					if err != nil {
						return err
					}
					if piece != "" && !yield(piece, nil) {
						return left
					}
				}
				return nil
			})
		}()
		if err != nil && err != left { //nolint:errorlint // it is not wrapped
			yield("", err)
		}
	}
}

// begin gives what generates the prompts: the model itself, or the model once it has read them.
func (g *TextGenerator) begin(ids [][]int64, f func(m generation.Model, prompts [][]int64) error) error {
	switch m := g.Model.(type) {
	case transformers.CausalLM:
		return f(m, ids)
	case transformers.Seq2SeqLM:
		return torch.Try(func() error {
			in, err := padded(ids, deviceOf(m))
			if err != nil {
				return err
			}
			defer in.InputIDs.Free()
			defer in.AttentionMask.Free()
			r := m.Read(in)
			defer r.Close()
			return f(r, nil)
		})
	}
	return fmt.Errorf("pipelines: a %T is no language model", g.Model)
}

// padded pads texts behind their ends.
func padded(ids [][]int64, device torch.Device) (in transformers.Seq2SeqInput, err error) {
	longest := 0
	for i, row := range ids {
		if len(row) == 0 {
			return in, fmt.Errorf("pipelines: prompt %d is empty", i)
		}
		longest = max(longest, len(row))
	}
	all, mask := make([]int64, len(ids)*longest), make([]int64, len(ids)*longest)
	for i, row := range ids {
		for j, id := range row {
			all[i*longest+j], mask[i*longest+j] = id, 1
		}
	}
	in.InputIDs = torch.FromSlice(all, len(ids), longest).To(device)
	in.AttentionMask = torch.FromSlice(mask, len(ids), longest).To(device)
	return in, nil
}

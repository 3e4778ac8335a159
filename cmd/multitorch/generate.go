package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/generation"
	"multitorch/transformers/pipelines"
	"multitorch/transformers/pretrained"
)

type generateCmd struct {
	deviceFlag
	Sample            bool     `help:"Draw each token by its probability, in place of the likeliest."`
	Temperature       *float64 `placeholder:"N" help:"With --sample: below 1 the likely gets likelier."`
	TopK              *int     `name:"top-k" placeholder:"N" help:"With --sample: draw of so many of the likeliest tokens (0: of all)."`
	TopP              *float64 `name:"top-p" placeholder:"P" help:"With --sample: draw of the likeliest that have this probability together."`
	Seed              *int64   `placeholder:"N" help:"With --sample: draw what this seed draws (default: something else each time)."`
	Beams             *int     `placeholder:"N" help:"Search with so many beams; the text is not written before its end."`
	RepetitionPenalty *float64 `placeholder:"N" help:"Above 1: tokens that are there already are less likely."`
	NoRepeatNgram     *int     `placeholder:"N" help:"Let no sequence of so many tokens come twice."`
	MaxNewTokens      *int     `placeholder:"N" help:"The most new tokens (default: the folder's, or 20)."`
	MinNewTokens      *int     `placeholder:"N" help:"The fewest new tokens."`
	Stop              []string `placeholder:"TEXT" sep:"none" help:"End where this text is written; may be given several times."`
	Sequences         *int     `placeholder:"N" help:"Texts to write, of drawing or of a search."`
	Chat              bool     `help:"The prompt is what a user says, written as the folder's chat template says. Without a prompt: a conversation, each line of the input a user's turn."`
	System            string   `placeholder:"TEXT" help:"With --chat: what the system says first."`
	Echo              bool     `help:"Write the prompt first."`
	DType             string   `name:"dtype" enum:"float32,bfloat16,float64" default:"float32" help:"The weights' dtype: ${enum}."`
	Model             string   `arg:"" placeholder:"DIR" help:"Hugging Face folder of a GPT-2, Llama or T5 model."`
	Prompt            string   `arg:"" default:"-" help:"Text to go on with, or to answer (-: what is piped in)."`
}

// longestPrompt is the most bytes that are read as a prompt: far more than any model has positions.
const longestPrompt = 16 << 20

// Run writes the text as it comes.
func (c *generateCmd) Run() error {
	device, err := c.device()
	if err != nil {
		return err
	}
	dir, err := pretrained.Find(c.Model)
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	prompt := ""
	if !c.Chat || c.Prompt != "-" {
		if prompt, err = c.prompt(); err != nil {
			return err
		}
	}
	dtypes := map[string]torch.DType{"float32": torch.Float32, "bfloat16": torch.BFloat16, "float64": torch.Float64}
	g, err := pipelines.NewTextGenerator(dir, transformers.Load{Device: device, DType: dtypes[c.DType]})
	if err != nil {
		return err
	}
	if err := c.settle(&g.Config, device); err != nil {
		return err
	}
	if c.Chat {
		return c.converse(g, prompt)
	}
	if c.Echo {
		printf("%s", prompt)
	}
	if g.Config.NumBeams > 1 || g.Config.NumReturnSequences > 1 {
		texts, err := g.Generate(prompt)
		for _, text := range texts {
			printf("%s\n", text)
		}
		return err
	}
	for piece, err := range g.Stream(prompt) {
		if err != nil {
			return err
		}
		if printf("%s", piece); stdout.err != nil {
			return nil // nobody reads any more
		}
	}
	printf("\n")
	return nil
}

// settle changes the folder's settings as the flags say.
func (c *generateCmd) settle(s *generation.Config, device torch.Device) error {
	s.DoSample = s.DoSample || c.Sample
	set(&s.Temperature, c.Temperature)
	set(&s.TopK, c.TopK)
	set(&s.TopP, c.TopP)
	set(&s.NumBeams, c.Beams)
	set(&s.RepetitionPenalty, c.RepetitionPenalty)
	set(&s.NoRepeatNGramSize, c.NoRepeatNgram)
	set(&s.MaxNewTokens, c.MaxNewTokens)
	set(&s.MinNewTokens, c.MinNewTokens)
	set(&s.NumReturnSequences, c.Sequences)
	s.StopStrings = append(s.StopStrings, c.Stop...)
	if !s.DoSample {
		for flag, given := range map[string]bool{
			"temperature": c.Temperature != nil, "top-k": c.TopK != nil, "top-p": c.TopP != nil, "seed": c.Seed != nil,
		} {
			if given {
				return fmt.Errorf("--%s: it is of drawing; give --sample, too", flag)
			}
		}
	}
	if c.Seed != nil {
		s.Generator = torch.NewGenerator(*c.Seed, device)
	} else {
		torch.Seed()
	}
	return nil
}

// set writes what a flag was given as.
func set[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}

// prompt is the text of the command line, or what is piped in.
func (c *generateCmd) prompt() (string, error) {
	if c.Prompt != "-" {
		return c.Prompt, nil
	}
	b, err := io.ReadAll(io.LimitReader(os.Stdin, longestPrompt+1))
	if err != nil {
		return "", err
	}
	if len(b) > longestPrompt {
		return "", fmt.Errorf("the prompt has more than %d bytes", longestPrompt)
	}
	text := strings.TrimSuffix(string(b), "\n")
	if text == "" {
		return "", errors.New("expected a prompt, as an argument or piped in, but got nothing")
	}
	return text, nil
}

// Validate is called when the command line is read.
func (c *generateCmd) Validate() error {
	switch {
	case c.System != "" && !c.Chat:
		return errors.New("--system: it is of a conversation; give --chat, too")
	case c.Chat && (c.Echo || c.Beams != nil || c.Sequences != nil):
		return errors.New("--chat: an answer is written as it comes; --echo, --beams and --sequences don't go with it")
	}
	for flag, n := range map[string]*int{
		"beams": c.Beams, "max-new-tokens": c.MaxNewTokens, "sequences": c.Sequences,
	} {
		if n != nil && (*n < 1 || *n > math.MaxInt32) {
			return fmt.Errorf("--%s: expected at least 1, but got %d", flag, *n)
		}
	}
	return c.deviceFlag.Validate()
}

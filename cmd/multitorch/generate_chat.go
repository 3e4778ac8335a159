package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	chats "multitorch/tokenizers/chat"
	"multitorch/transformers/pipelines"
)

// converse answers a prompt, or each line of the input, in a conversation that goes on.
func (c *generateCmd) converse(g *pipelines.TextGenerator, prompt string) error {
	if g.Template == nil {
		return fmt.Errorf("--chat: %s has no chat template, neither in chat_template.jinja nor in tokenizer_config.json: "+
			"its model goes on with texts", c.Model)
	}
	var conversation []chats.Message
	if c.System != "" {
		conversation = append(conversation, chats.Message{Role: "system", Content: c.System})
	}
	if prompt != "" {
		_, err := answerTurn(g, append(conversation, chats.Message{Role: "user", Content: prompt}))
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestPrompt)
	for {
		if term.IsTerminal(int(os.Stdin.Fd())) {
			fmt.Fprint(os.Stderr, "> ")
		}
		if !lines.Scan() {
			break
		}
		said := strings.TrimSpace(lines.Text())
		if said == "" {
			continue
		}
		conversation = append(conversation, chats.Message{Role: "user", Content: said})
		text, err := answerTurn(g, conversation)
		if err != nil || stdout.err != nil {
			return err
		}
		conversation = append(conversation, chats.Message{Role: "assistant", Content: text})
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("the input: %w", err)
	}
	if len(conversation) == 0 || conversation[len(conversation)-1].Role != "assistant" {
		return errors.New("expected a prompt, as an argument or lines of the input, but got nothing")
	}
	return nil
}

// answerTurn writes an answer as it comes.
func answerTurn(g *pipelines.TextGenerator, conversation []chats.Message) (string, error) {
	var said strings.Builder
	for piece, err := range g.Answer(conversation...) {
		if err != nil {
			return "", err
		}
		said.WriteString(piece)
		if printf("%s", piece); stdout.err != nil {
			return said.String(), nil // nobody reads any more
		}
	}
	printf("\n")
	return said.String(), nil
}

package chat_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/tokenizers/chat"
)

const tokens = `{"bos_token": "<s>", "eos_token": {"content": "</s>"}, "unk_token": "<unk>", "pad_token": "<pad>"}`

// folder is one with a template.
func folder(t testing.TB, template string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), []byte(tokens), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "chat_template.jinja"), []byte(template), 0o666))
	return dir
}

// Conversations of all kinds read as Transformers writes them, by templates as twelve families of models have them.
func TestTemplatesAreTransformers(t *testing.T) {
	var cases []struct {
		Template string
		Messages []map[string]json.RawMessage
		Options  map[string]json.RawMessage
		Want     *string
		Error    string
	}
	b, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &cases))
	require.NotEmpty(t, cases)
	for i, c := range cases {
		source, err := os.ReadFile(filepath.Join("testdata", "templates", c.Template))
		require.NoError(t, err)
		template, err := chat.Load(folder(t, string(source)))
		require.NoError(t, err)
		var messages []chat.Message
		for _, m := range c.Messages {
			message := chat.Message{More: map[string]any{}}
			for key, raw := range m {
				switch key {
				case "role":
					require.NoError(t, json.Unmarshal(raw, &message.Role))
				case "content":
					require.NoError(t, json.Unmarshal(raw, &message.Content))
				default:
					message.More[key] = raw
				}
			}
			messages = append(messages, message)
		}
		o := chat.Options{Now: time.Date(2026, 3, 7, 5, 4, 9, 0, time.UTC), Variables: map[string]any{}}
		for k, v := range c.Options {
			switch k {
			case "tools":
				o.Tools = []any{}
				for _, tool := range list(t, v) {
					o.Tools = append(o.Tools, tool)
				}
			case "add_generation_prompt":
				o.AddGenerationPrompt = true
			case "continue_final_message":
				o.ContinueFinalMessage = true
			default:
				o.Variables[k] = v
			}
		}
		got, err := template.Apply(messages, o)
		what := fmt.Sprintf("case %d: %s", i, c.Template)
		if c.Want == nil {
			require.Error(t, err, "%s: %s", what, c.Error)
			continue
		}
		require.NoError(t, err, what)
		require.Equal(t, *c.Want, got, what)
	}
}

func list(t *testing.T, raw json.RawMessage) (out []json.RawMessage) {
	t.Helper()
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

func TestFolders(t *testing.T) {
	user := []chat.Message{{Role: "user", Content: "Hi"}}
	_, err := chat.Load(t.TempDir())
	require.ErrorIs(t, err, chat.ErrNone)
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	apply := func(o chat.Options) string {
		t.Helper()
		template, err := chat.Load(dir)
		require.NoError(t, err)
		text, err := template.Apply(user, o)
		require.NoError(t, err)
		return text
	}
	write("tokenizer_config.json", `{"bos_token": "<s>", "chat_template": "{{ bos_token + messages[0].content }}"}`)
	require.Equal(t, "<s>Hi", apply(chat.Options{}))
	write("tokenizer_config.json", `{"chat_template": [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "{{ tools }}"}]}`)
	require.Equal(t, "plain", apply(chat.Options{}))
	require.Equal(t, "[1]", apply(chat.Options{Tools: []any{1}}))
	write("chat_template.jinja", "file")
	write("additional_chat_templates/tool_use.jinja", "tools")
	require.Equal(t, "file", apply(chat.Options{}))
	require.Equal(t, "tools", apply(chat.Options{Tools: []any{}}))
	for text, says := range map[string]string{
		"one\n{% if %}":                                                           "chat_template.jinja:2: expected an expression",
		"{% include '/etc/passwd' %}":                                             "chat_template.jinja:1: {% include %} is not known",
		"{{ 'a' * 1000000000 }}":                                                  "too much text",
		"{% for i in range(100000000000) %}{% endfor %}":                          "too many",
		"{{ messages[0].nothing.more }}":                                          "has no attribute 'nothing'",
		"{{ messages.append(1) }}":                                                "templates change nothing",
		"{{ ''.__class__ }}{{ ''.__class__.mro }}":                                "no attribute '__class__'",
		"{{ raise_exception('not for you') }}":                                    "not for you",
		"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}":                         "more than 100 deep",
		"{{ " + strings.Repeat("(", 500) + "1" + strings.Repeat(")", 500) + " }}": "more than 100 deep",
	} {
		write("chat_template.jinja", strings.ReplaceAll(text, "\\n", "\n"))
		template, err := chat.Load(dir)
		if err == nil {
			_, err = template.Apply(user, chat.Options{})
		}
		require.ErrorContains(t, err, says, text)
	}
}

func ExampleTemplate_Apply() {
	dir, err := os.MkdirTemp("", "chat")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	const source = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
	if err := os.WriteFile(filepath.Join(dir, "chat_template.jinja"), []byte(source), 0o666); err != nil {
		panic(err)
	}
	template, err := chat.Load(dir)
	if err != nil {
		panic(err)
	}
	text, err := template.Apply([]chat.Message{{Role: "user", Content: "Who are you?"}}, chat.Options{AddGenerationPrompt: true})
	fmt.Println(text, err)
	// Output:
	// <|user|>Who are you?
	// <|assistant|> <nil>
}

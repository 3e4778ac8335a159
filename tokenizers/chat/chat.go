// Package chat makes the text that a chat model reads of a conversation, by the folder's chat template: what Python's
// tokenizer.apply_chat_template makes.
//
// A template is Jinja, and other people's. It sees the conversation alone, and its steps and memory are bounded; see
// internal/jinja.
package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"multitorch/internal/jinja"
)

// A Message is what somebody says. Role is "system", "user", "assistant" or "tool".
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`

	// More are further keys that the template may know: tool_calls, reasoning_content, name. They are written as JSON.
	More map[string]any `json:"-"`
}

// MarshalJSON writes the keys of More beside role and content, in the order of their names.
func (m Message) MarshalJSON() ([]byte, error) {
	type plain Message
	b, err := json.Marshal(plain(m))
	if err != nil || len(m.More) == 0 {
		return b, err
	}
	more, err := json.Marshal(m.More)
	return append(append(b[:len(b)-1], ','), more[1:]...), err
}

// Options say how a conversation is written. The zero value writes it as it is.
type Options struct {
	// AddGenerationPrompt ends with what an answer begins with, so that the model answers.
	AddGenerationPrompt bool
	// ContinueFinalMessage leaves the last message open, so that the model goes on with it.
	ContinueFinalMessage bool
	// Tools are functions that the model may call, each a JSON schema; Documents what it may look into.
	Tools, Documents []any
	// Variables are further names that the template knows, "enable_thinking" say.
	Variables map[string]any
	// Now is what strftime_now says; the zero value is the time of the call.
	Now time.Time
}

// A Template belongs to a folder. It may be used by several goroutines at once.
type Template struct {
	named    map[string]*jinja.Template // "default", "tool_use", …
	sources  map[string]string
	specials map[string]any // "bos_token" and its like
}

// mark stands where a message that is left open ends.
const mark = "CONTINUE_FINAL_MESSAGE_TAG "

// Apply is the text of a conversation.
func (t *Template) Apply(messages []Message, o Options) (string, error) {
	if len(messages) == 0 {
		return "", errors.New("chat: expected at least one message")
	}
	if o.AddGenerationPrompt && o.ContinueFinalMessage {
		return "", errors.New("chat: a conversation is either answered or its last message goes on: AddGenerationPrompt and " +
			"ContinueFinalMessage don't go together")
	}
	name := "default"
	if _, ok := t.named["tool_use"]; ok && o.Tools != nil {
		name = "tool_use"
	}
	template, ok := t.named[name]
	if !ok {
		return "", errors.New("chat: the folder has no template called default")
	}
	last := messages[len(messages)-1].Content
	if o.ContinueFinalMessage {
		if !strings.Contains(t.sources[name], "content") {
			return "", errors.New("chat: the template does not look at messages' content, so the last can't be left open")
		}
		messages = append([]Message{}, messages...)
		messages[len(messages)-1].Content += mark
	}
	values := map[string]any{"tools": nil, "documents": nil, "add_generation_prompt": o.AddGenerationPrompt}
	for k, v := range t.specials {
		values[k] = v
	}
	given := map[string]any{"messages": messages}
	if o.Tools != nil {
		given["tools"] = o.Tools
	}
	if o.Documents != nil {
		given["documents"] = o.Documents
	}
	for k, v := range o.Variables {
		given[k] = v
	}
	for k, v := range given {
		value, err := asJSON(v)
		if err != nil {
			return "", fmt.Errorf("chat: %s: %w", k, err)
		}
		values[k] = value
	}
	aliases(values["messages"])
	now := o.Now
	if now.IsZero() {
		now = time.Now()
	}
	text, err := template.Render(values, now)
	if err != nil {
		return "", fmt.Errorf("chat: %w", err)
	}
	if o.ContinueFinalMessage {
		return cut(text, last)
	}
	return text, nil
}

// asJSON is a Go value as a template sees it.
func asJSON(v any) (any, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return jinja.FromJSON([]byte(b.String()))
}

// aliases gives a message's reasoning the names that templates have for it, and takes out what is null.
func aliases(messages any) {
	list, _ := messages.([]any)
	for i, m := range list {
		d, ok := m.(*jinja.Dict)
		if !ok {
			continue
		}
		kept := &jinja.Dict{}
		for k, v := range d.All() {
			if v != nil {
				kept.Set(k, v)
			}
		}
		for _, key := range []string{"reasoning_content", "thinking", "reasoning"} {
			if v, ok := kept.Get(key); ok {
				if _, has := kept.Get("thinking"); !has {
					kept.Set("thinking", v)
				}
				kept.Set("reasoning_content", v)
				break
			}
		}
		list[i] = kept
	}
}

// cut ends a text where its last message does.
func cut(text, last string) (string, error) {
	trimmed := strings.TrimSpace(mark)
	at := strings.LastIndex(text, trimmed)
	if at < 0 || !strings.Contains(text, strings.TrimSpace(last)) {
		return "", errors.New("chat: the last message is not in what the template made, so it can't be left open")
	}
	if strings.HasPrefix(text[at:], mark) {
		return text[:at], nil
	}
	return strings.TrimRight(text[:at], " \t\n\r\v\f\x1c\x1d\x1e\x1f\u0085\u00a0"), nil // the template has trimmed it
}

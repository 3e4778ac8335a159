package speech

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/internal/regular"
	"multitorch/transformers/generation"
)

// tokens are the ids with a meaning, and how texts are made of the others.
type tokens struct {
	end, start, noTimestamps int64
	previous, noSpeech       int64 // -1 if there are none
	suppress, suppressBegin  generation.IDs
	latest                   int64            // the latest time that a text may begin with; -1 for any
	languages, tasks         map[string]int64 // of a multilingual model; nil of one for English
	decode                   func(ids []int64) string
	lowest                   int64 // of the special tokens
}

// whisperSettings are the keys of a generation_config.json that only Whisper has.
type whisperSettings struct {
	NoTimestamps *int64           `json:"no_timestamps_token_id"`
	Previous     *int64           `json:"prev_sot_token_id"`
	Latest       *int64           `json:"max_initial_timestamp_index"`
	Languages    map[string]int64 `json:"lang_to_id"`
	Tasks        map[string]int64 `json:"task_to_id"`
	Multilingual *bool            `json:"is_multilingual"`
}

// readTokens reads them of a folder.
func readTokens(dir string, start int64) (t tokens, err error) {
	c, err := generation.ReadConfig(dir)
	if err != nil {
		return t, err
	}
	path := filepath.Join(dir, generation.File)
	var w whisperSettings
	if err := readJSON(path, &w); err != nil {
		return t, err
	}
	if len(c.EOSTokenID) == 0 || w.NoTimestamps == nil {
		return t, fmt.Errorf("%s: expected eos_token_id and no_timestamps_token_id, which Whisper's have", path)
	}
	t = tokens{
		end: c.EOSTokenID[0], start: start, noTimestamps: *w.NoTimestamps, previous: -1, latest: -1,
		suppress: c.SuppressTokens, suppressBegin: c.BeginSuppressTokens, languages: w.Languages, tasks: w.Tasks,
	}
	if w.Previous != nil {
		t.previous = *w.Previous
	}
	if w.Latest != nil {
		t.latest = *w.Latest
	}
	if w.Multilingual != nil && !*w.Multilingual {
		t.languages, t.tasks = nil, nil
	}
	t.lowest = min(t.end, t.start)
	return t, t.readTokenizer(dir)
}

// maxJSON bounds a file of settings or a tokenizer, in bytes.
const maxJSON = 64 << 20

func readJSON(path string, into any) error {
	err := regular.Read(path, "a JSON file", func(f *os.File, size int64) error {
		if size > maxJSON {
			return fmt.Errorf("it has %d bytes, more than the %d that are read", size, maxJSON)
		}
		content, err := io.ReadAll(io.LimitReader(f, maxJSON))
		if err == nil {
			err = json.Unmarshal(content, into)
		}
		return err
	})
	if err != nil && !strings.Contains(err.Error(), path) {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return err
}

// text is what ids say, without times and other special tokens.
func (t *tokens) text(ids []int64) string {
	var words []int64
	for _, id := range ids {
		if id < t.lowest {
			words = append(words, id)
		}
	}
	return t.decode(words)
}

// prompt is what a text begins with.
func (t *tokens) prompt(o Options, before []int64, positions int) ([]int64, error) {
	var ids []int64
	if keep := positions/2 - 1; o.Previous && t.previous >= 0 && len(before) > 0 {
		ids = append(ids, t.previous)
		ids = append(ids, before[max(0, len(before)-keep):]...)
	}
	ids = append(ids, t.start)
	if t.languages != nil {
		language := "<|" + or(o.Language, "en") + "|>"
		id, ok := t.languages[language]
		if !ok {
			return nil, fmt.Errorf("speech: the language %.20q is not one of the model's %d", o.Language, len(t.languages))
		}
		task := "transcribe"
		if o.Translate {
			task = "translate"
		}
		ids = append(ids, id, t.tasks[task])
	} else if o.Translate || o.Language != "" && o.Language != "en" {
		return nil, fmt.Errorf("speech: this model knows English alone: expected no other language and no translation")
	}
	if !o.Timestamps {
		ids = append(ids, t.noTimestamps)
	}
	return slices.Clip(ids), nil
}

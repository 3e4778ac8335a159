package transformers

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/nn"
	"multitorch/tokenizers"
	"multitorch/torch"
)

// SentenceModule is what comes behind the pooling: [*Dense], [*SentenceNorm] or [*Normalize].
type SentenceModule interface {
	nn.Module
	Forward(x *torch.Tensor) *torch.Tensor
}

// sentencePart is an entry of modules.json.
type sentencePart struct {
	Path string `json:"path"`
	Type string `json:"type"`
}

func (p sentencePart) kind() string { return p.Type[strings.LastIndexByte(p.Type, '.')+1:] }

// readParts reads modules.json. A folder without it is an encoder whose tokens' mean is taken, as for sentence-transformers.
func readParts(dir string) (parts []sentencePart, err error) {
	path := filepath.Join(dir, "modules.json")
	if err := readOptional(path, &parts); err != nil || parts == nil {
		return nil, err
	}
	for i, p := range parts {
		expected := []string{"Dense", "Dropout", "LayerNorm", "Normalize"}
		if i < 2 {
			expected = []string{[2]string{"Transformer", "Pooling"}[i]}
		}
		if !slices.Contains(expected, p.kind()) {
			return nil, fmt.Errorf("load %s: modules.json: number %d is %.80q in %.80q: expected one of %q there",
				dir, i, p.Type, p.Path, expected)
		}
		if p.Path != "" && !filepath.IsLocal(p.Path) {
			return nil, fmt.Errorf("load %s: modules.json: the path %.80q leads out of the folder", dir, p.Path)
		}
	}
	if len(parts) < 2 {
		return nil, fmt.Errorf("load %s: modules.json: expected a Transformer and a Pooling, but got %d modules", dir, len(parts))
	}
	return parts, nil
}

// readBehind reads what follows the encoder, whose vectors have some features.
func (m *SentenceTransformer) readBehind(dir string, parts []sentencePart, features int) (err error) {
	m.Pooling = &Pooling{Modes: []string{"mean"}}
	if parts == nil {
		m.size = features
		return nil
	}
	if m.Pooling, err = readPooling(filepath.Join(dir, parts[1].Path, ConfigName), features); err != nil {
		return err
	}
	m.size = features * len(m.Pooling.Modes)
	for _, p := range parts[2:] {
		at := filepath.Join(dir, p.Path)
		var behind SentenceModule
		switch p.kind() {
		case "Normalize":
			behind, err = readNormalize(filepath.Join(at, ConfigName))
		case "Dense":
			behind, m.size, err = readDense(at, m.size)
		case "LayerNorm":
			behind, err = readSentenceNorm(at, m.size)
		default:
			continue // Dropout does nothing where nothing is trained
		}
		if err != nil {
			return err
		}
		m.Behind = append(m.Behind, behind)
	}
	return nil
}

func readNormalize(path string) (*Normalize, error) {
	var c struct {
		Input  *string `json:"module_input_name"`
		Output *string `json:"module_output_name"`
	}
	if err := readOptional(path, &c); err != nil {
		return nil, err
	}
	for key, name := range map[string]*string{"module_input_name": c.Input, "module_output_name": c.Output} {
		if name != nil && *name != "sentence_embedding" {
			return nil, fmt.Errorf("read %s: %s: expected \"sentence_embedding\", but got %.80q", path, key, *name)
		}
	}
	return &Normalize{}, nil
}

// oldPoolings are the keys of folders before pooling_mode, in the order in which their vectors lie side by side.
var oldPoolings = [][2]string{
	{"pooling_mode_cls_token", "cls"},
	{"pooling_mode_max_tokens", "max"},
	{"pooling_mode_mean_tokens", "mean"},
	{"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"},
	{"pooling_mode_weightedmean_tokens", "weightedmean"},
	{"pooling_mode_lasttoken", "lasttoken"},
}

// readPooling reads a Pooling's settings, of either time.
func readPooling(path string, features int) (*Pooling, error) {
	settings := map[string]any{}
	if err := readOptional(path, &settings); err != nil {
		return nil, err
	}
	m := &Pooling{}
	for _, old := range oldPoolings {
		switch on := settings[old[0]].(type) {
		case nil:
		case bool:
			if on {
				m.Modes = append(m.Modes, old[1])
			}
		default:
			return nil, fmt.Errorf("read %s: %s: expected true or false, but got %.80v", path, old[0], on)
		}
	}
	for key := range settings {
		known := func(old [2]string) bool { return old[0] == key }
		if strings.HasPrefix(key, "pooling_mode_") && !slices.ContainsFunc(oldPoolings, known) {
			return nil, fmt.Errorf("read %s: the setting %.80q is not known; known are %q", path, key, oldPoolings)
		}
	}
	switch mode := settings["pooling_mode"].(type) {
	case nil:
		if len(m.Modes) == 0 {
			m.Modes = []string{"mean"}
		}
	case string:
		m.Modes = []string{mode}
	case []any:
		m.Modes = nil
		for _, each := range mode {
			m.Modes = append(m.Modes, fmt.Sprint(each))
		}
	default:
		return nil, fmt.Errorf("read %s: pooling_mode: expected a name or a list of names, but got %.80v", path, mode)
	}
	for _, key := range []string{"embedding_dimension", "word_embedding_dimension"} {
		if n, ok := settings[key]; ok && n != float64(features) {
			return nil, fmt.Errorf("read %s: %s: the encoder's vectors have %d features, but got %.80v", path, key, features, n)
		}
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return m, nil
}

// checkEncoding refuses what a folder has done with each text or vector beside its modules.
func checkEncoding(dir string) error {
	var c struct {
		Prompt   *string `json:"default_prompt_name"`
		Truncate *int    `json:"truncate_dim"`
	}
	path := filepath.Join(dir, "config_sentence_transformers.json")
	if err := readOptional(path, &c); err != nil {
		return err
	}
	if c.Prompt != nil {
		return fmt.Errorf("read %s: default_prompt_name: expected none, but each text would begin with the prompt %.80q; "+
			"take it out and write the prompt before the texts", path, *c.Prompt)
	}
	if c.Truncate != nil {
		return fmt.Errorf("read %s: truncate_dim: expected none, but got %d; take it out and narrow the vectors", path, *c.Truncate)
	}
	return nil
}

// checkLower is an error where texts are to be put in small letters, and the tokenizer does not do so by itself.
func checkLower(dir string, t *tokenizers.Tokenizer) error {
	upper, err := t.Encode("A SMALL LETTER")
	if err != nil {
		return err
	}
	lower, err := t.Encode("a small letter")
	if err != nil {
		return err
	}
	for i, id := range upper.IDs {
		if upper.Len() != lower.Len() || lower.IDs[i] != id {
			return fmt.Errorf("load %s: sentence_bert_config.json: do_lower_case: expected a tokenizer that puts texts in small letters", dir)
		}
	}
	return nil
}

package tokenizers

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// settings are the fields of tokenizer_config.json that say again what tokenizer.json says.
type settings struct {
	Class        string                `json:"tokenizer_class"`
	LowerCase    *bool                 `json:"do_lower_case"`
	StripAccents *bool                 `json:"strip_accents"`
	Chinese      *bool                 `json:"tokenize_chinese_chars"`
	PrefixSpace  *bool                 `json:"add_prefix_space"`
	MaxLength    float64               `json:"model_max_length"`
	AddedTokens  map[string]AddedToken `json:"added_tokens_decoder"`

	Unk  specialName `json:"unk_token"`
	Pad  specialName `json:"pad_token"`
	Bos  specialName `json:"bos_token"`
	Eos  specialName `json:"eos_token"`
	Cls  specialName `json:"cls_token"`
	Sep  specialName `json:"sep_token"`
	Mask specialName `json:"mask_token"`
}

// A specialName is written as a text, or as an added token.
type specialName string

// UnmarshalJSONFrom reads both.
func (s *specialName) UnmarshalJSONFrom(from *jsontext.Decoder) error {
	if from.PeekKind() != '{' {
		return json.UnmarshalDecode(from, (*string)(s))
	}
	var token struct {
		Content string `json:"content"`
	}
	err := json.UnmarshalDecode(from, &token)
	*s = specialName(token.Content)
	return err
}

// mostSettings bounds tokenizer_config.json.
const mostSettings = 1 << 26

// Contradictions are what a folder's tokenizer_config.json says otherwise than its tokenizer.json. The latter is the
// truth here, and in Python's tokenizers; transformers makes parts of the tokenizer anew from the former, and then has
// other ids. A folder without tokenizer_config.json has none.
func Contradictions(dir string) ([]string, error) {
	t, err := FromFile(filepath.Join(dir, "tokenizer.json"))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "tokenizer_config.json")
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > mostSettings {
		return nil, errorf("%s: want a file of at most %d bytes", path, mostSettings)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var s settings
	if err := json.Unmarshal(data, &s, readOptions); err != nil {
		return nil, errorf("%s: %w", path, err)
	}
	return s.against(t), nil
}

func (s *settings) against(t *Tokenizer) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	flag := func(name string, said *bool, is bool) {
		if said != nil && *said != is {
			say("%s is %v, but tokenizer.json has it %v", name, *said, is)
		}
	}
	c := t.config
	lower, bert := false, (*BertNormalizer)(nil)
	for _, n := range flatten(c.Normalizer) {
		switch n := n.(type) {
		case BertNormalizer:
			bert, lower = &n, lower || n.Lowercase
		case Lowercase:
			lower = true
		}
	}
	flag("do_lower_case", s.LowerCase, lower)
	if bert != nil {
		flag("tokenize_chinese_chars", s.Chinese, bert.HandleChineseChars)
		if bert.StripAccents != nil {
			flag("strip_accents", s.StripAccents, *bert.StripAccents)
		} else {
			flag("strip_accents", s.StripAccents, bert.Lowercase)
		}
	}
	if b, ok := c.PreTokenizer.(ByteLevel); ok {
		flag("add_prefix_space", s.PrefixSpace, b.AddPrefixSpace)
	}
	if want := modelOfClass(s.Class); want != "" && want != strings.TrimPrefix(fmt.Sprintf("%T", c.Model), "*tokenizers.") {
		say("tokenizer_class is %s, which has a %s model, but tokenizer.json has %T", s.Class, want, c.Model)
	}
	if c.Truncation != nil && s.MaxLength > 0 && s.MaxLength < 1e9 && float64(c.Truncation.MaxLength) != s.MaxLength {
		say("model_max_length is %.0f, but tokenizer.json truncates to %d", s.MaxLength, c.Truncation.MaxLength)
	}
	ids := slices.SortedFunc(maps.Keys(s.AddedTokens), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	for _, id := range ids {
		s.againstToken(t, id, say)
	}
	for _, special := range []struct {
		key  string
		name specialName
	}{
		{"unk_token", s.Unk},
		{"pad_token", s.Pad},
		{"bos_token", s.Bos},
		{"eos_token", s.Eos},
		{"cls_token", s.Cls},
		{"sep_token", s.Sep},
		{"mask_token", s.Mask},
	} {
		if _, ok := t.TokenToID(string(special.name)); special.name != "" && !ok {
			say("%s is %q, which has no id in tokenizer.json", special.key, clip(string(special.name)))
		}
	}
	return out
}

func (s *settings) againstToken(t *Tokenizer, id string, say func(string, ...any)) {
	want := s.AddedTokens[id]
	n, err := strconv.ParseUint(id, 10, 32)
	got, ok := t.added.tokens[uint32(n)]
	want.ID = got.ID
	switch {
	case err != nil:
		say("added_tokens_decoder has the id %q", clip(id))
	case !ok || got.Content != want.Content:
		name, _ := t.IDToToken(int64(n))
		say("added_tokens_decoder has %q for id %d, but tokenizer.json %q", clip(want.Content), n, clip(name))
	case got != want:
		say("added_tokens_decoder has other flags for %q than tokenizer.json", clip(want.Content))
	}
}

func flatten(n Normalizer) []Normalizer {
	sequence, ok := n.(NormalizerSequence)
	if !ok {
		return []Normalizer{n}
	}
	var out []Normalizer
	for _, n := range sequence.Normalizers {
		out = append(out, flatten(n)...)
	}
	return out
}

// modelOfClass is the model that a class of transformers has, where it is known.
func modelOfClass(class string) string {
	name := strings.TrimSuffix(strings.TrimSuffix(class, "Fast"), "Tokenizer")
	switch name {
	case "Bert", "DistilBert", "Electra", "MobileBert", "Funnel", "Lxmert", "MPNet":
		return "WordPiece"
	case "GPT2", "Roberta", "CLIP", "Whisper", "Llama", "CodeLlama", "Gemma", "Qwen2", "Bart", "Longformer", "Deberta":
		return "BPE"
	case "T5", "XLMRoberta", "Albert", "Siglip", "XLNet", "Camembert", "MBart", "Pegasus", "BigBird":
		return "Unigram"
	}
	return ""
}

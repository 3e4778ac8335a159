package tokenizers

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A family is the components of one kind, by the names that files give them.
type family[T any] struct {
	key  string // the file's
	make map[string]func() any
}

func newFamily[T any](key string, components map[string]T) *family[T] {
	f := &family[T]{key, map[string]func() any{}}
	for name, c := range components {
		of := reflect.TypeOf(c)
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		f.make[name] = func() any { return reflect.New(of).Interface() }
	}
	return f
}

// The components that are known. Python's names differ from ours where one type would have two.
var (
	normalizers = newFamily("normalizer", map[string]Normalizer{
		"Sequence": NormalizerSequence{}, "BertNormalizer": BertNormalizer{}, "Bert": BertNormalizer{}, "NFC": NFC{},
		"NFD": NFD{}, "NFKC": NFKC{}, "NFKD": NFKD{}, "Lowercase": Lowercase{}, "Strip": Strip{},
		"StripAccents": StripAccents{}, "Nmt": Nmt{}, "Precompiled": Precompiled{}, "Replace": Replace{},
		"Prepend": Prepend{}, "ByteLevel": ByteLevelNormalizer{},
	})
	preTokenizers = newFamily("pre_tokenizer", map[string]PreTokenizer{
		"Sequence": PreTokenizerSequence{}, "BertPreTokenizer": BertPreTokenizer{}, "ByteLevel": ByteLevel{},
		"CharDelimiterSplit": CharDelimiterSplit{}, "Delimiter": CharDelimiterSplit{}, "Metaspace": Metaspace{}, "Whitespace": Whitespace{},
		"WhitespaceSplit": WhitespaceSplit{}, "Split": Split{}, "Punctuation": Punctuation{}, "Digits": Digits{},
		"UnicodeScripts": UnicodeScripts{}, "FixedLength": FixedLength{},
	})
	models = newFamily("model", map[string]Model{
		"WordPiece": (*WordPiece)(nil), "BPE": (*BPE)(nil), "Unigram": (*Unigram)(nil), "WordLevel": (*WordLevel)(nil),
	})
	postProcessors = newFamily("post_processor", map[string]PostProcessor{
		"Sequence": PostProcessorSequence{}, "BertProcessing": BertProcessing{}, "RobertaProcessing": RobertaProcessing{},
		"ByteLevel": ByteLevel{}, "TemplateProcessing": TemplateProcessing{},
	})
	decoders = newFamily("decoder", map[string]Decoder{
		"Sequence": DecoderSequence{}, "BPEDecoder": BPEDecoder{}, "ByteLevel": ByteLevel{}, "WordPiece": WordPieceDecoder{},
		"Metaspace": Metaspace{}, "CTC": CTC{}, "Replace": Replace{}, "Fuse": Fuse{}, "Strip": StripDecoder{},
		"ByteFallback": ByteFallback{},
	})
)

// read makes the component of its JSON; null is none.
func (f *family[T]) read(data jsontext.Value) (none T, err error) {
	defer func() {
		if err != nil {
			err = errorf("%s: %w", f.key, err)
		}
	}()
	if data.Kind() == 'n' {
		return none, nil
	}
	var tagged struct {
		Type *string `json:"type"`
	}
	if err := json.Unmarshal(data, &tagged, readOptions); err != nil {
		return none, err
	}
	name := ""
	if tagged.Type != nil {
		name = *tagged.Type
	} else if f.key == "model" {
		name = modelOf(data)
	}
	create, ok := f.make[name]
	if !ok {
		return none, errorf("unknown type %q: known are %s", clip(name), strings.Join(slices.Sorted(maps.Keys(f.make)), ", "))
	}
	c := create()
	if u, ok := c.(json.Unmarshaler); ok {
		err = u.UnmarshalJSON(data)
	} else {
		err = unmarshalComponent(data, c)
	}
	if err != nil {
		return none, errorf("%s: %w", name, err)
	}
	if component, ok := c.(T); ok && f.key == "model" {
		return component, nil
	}
	return reflect.ValueOf(c).Elem().Interface().(T), nil
}

// modelOf guesses the type of models of old files, which don't have one.
func modelOf(data jsontext.Value) string {
	var fields map[string]jsontext.Value
	if json.Unmarshal(data, &fields, readOptions) != nil {
		return ""
	}
	vocab := fields["vocab"]
	switch {
	case fields["merges"] != nil:
		return "BPE"
	case fields["max_input_chars_per_word"] != nil:
		return "WordPiece"
	case len(vocab) > 0 && vocab.Kind() == '[':
		return "Unigram"
	case fields["unk_token"] != nil:
		return "WordLevel"
	}
	return ""
}

// unmarshalComponent reads a struct. Fields are wanted unless they have a default or are pointers.
func unmarshalComponent(data jsontext.Value, into any) error {
	var given map[string]jsontext.Value
	if err := json.Unmarshal(data, &given, readOptions); err != nil {
		return err
	}
	of := reflect.TypeOf(into).Elem()
	for i := range of.NumField() {
		field := of.Field(i)
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		value, ok := given[key]
		fallback, optional := field.Tag.Lookup("default")
		if !ok && field.Type.Kind() != reflect.Pointer {
			if !optional {
				return errorf("%s is missing", key)
			}
			if field.Type.Kind() == reflect.String {
				fallback = `"` + fallback + `"`
			}
			value, ok = jsontext.Value(fallback), true
		}
		if !ok || optional && value.Kind() == 'n' {
			continue
		}
		if value.Kind() == 'n' && field.Type.Kind() != reflect.Pointer {
			return errorf("%s is null", key)
		}
		if err := json.Unmarshal(value, reflect.ValueOf(into).Elem().Field(i).Addr().Interface(), readOptions); err != nil {
			return errorf("%s: %w", key, err)
		}
	}
	return nil
}

// write is the JSON of a component: its name, and its fields.
func (f *family[T]) write(c T) (jsontext.Value, error) {
	if reflect.ValueOf(&c).Elem().IsNil() {
		return jsontext.Value("null"), nil
	}
	of := reflect.TypeOf(c)
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	for name, create := range f.make {
		if reflect.TypeOf(create()).Elem() != of || name == "Bert" || name == "Delimiter" {
			continue
		}
		data, err := json.Marshal(c, json.Deterministic(true))
		if err != nil {
			return nil, errorf("%s: %s: %w", f.key, name, err)
		}
		tag := `{"type":"` + name + `"`
		if len(data) > len("{}") {
			tag += ","
		}
		return append(jsontext.Value(tag), data[1:]...), nil
	}
	return nil, errorf("%s: %T is not one that can be written", f.key, c)
}

package pretrained

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"multitorch/internal/regular"
)

// specials are the ids of a Whisper tokenizer's special tokens, of which the settings of a generation consist.
type specials struct {
	ids                                                       map[string]int
	order                                                     []string // all of them, by id
	end, start, translate, transcribe, previous, noTimestamps int
}

// readJSON reads a JSON file of a model.
func readJSON(path string, into any) error {
	return regular.Read(path, "a JSON file", func(f *os.File, size int64) error {
		if size > maxTokenizer {
			return fmt.Errorf("it has %d bytes, more than the %d that are read", size, maxTokenizer)
		}
		content, err := io.ReadAll(f)
		if err == nil {
			err = json.Unmarshal(content, into)
		}
		return err
	})
}

// readSpecials reads the added tokens of a tokenizer.json. Their names say what they are; the lists of ids in CTranslate2's
// config.json are shifted by one for the models of English.
func readSpecials(path string) (s specials, err error) {
	var tokenizer struct {
		Added []struct {
			ID      int    `json:"id"`
			Content string `json:"content"`
			Special bool   `json:"special"`
		} `json:"added_tokens"`
	}
	if err := readJSON(path, &tokenizer); err != nil {
		return s, err
	}
	s.ids = map[string]int{}
	for _, t := range tokenizer.Added {
		if t.Special {
			s.ids[t.Content], s.order = t.ID, append(s.order, t.Content)
		}
	}
	for name, id := range map[string]*int{
		"endoftext": &s.end, "startoftranscript": &s.start, "translate": &s.translate, "transcribe": &s.transcribe,
		"startofprev": &s.previous, "notimestamps": &s.noTimestamps,
	} {
		var ok bool
		if *id, ok = s.ids["<|"+name+"|>"]; !ok {
			return s, fmt.Errorf("%s: there is no special token <|%s|>, which Whisper's tokenizers have", path, name)
		}
	}
	return s, nil
}

// languages are the ids by "<|en|>" and so on: what lies between the start and the tasks.
func (s specials) languages() map[string]int {
	languages := map[string]int{}
	for name, id := range s.ids {
		if id > s.start && id < min(s.translate, s.transcribe) {
			languages[name] = id
		}
	}
	return languages
}

// object is a JSON object.
type object = map[string]any

// writeFiles writes the files beside the weights.
func (w whisperWeights) writeFiles(from, to string) error {
	s, err := readSpecials(filepath.Join(from, "tokenizer.json"))
	if err != nil {
		return err
	}
	if s.noTimestamps >= w.vocab {
		return fmt.Errorf("%s: its special tokens end at %d, beyond the model's %d tokens: it is another model's",
			filepath.Join(from, "tokenizer.json"), s.noTimestamps, w.vocab)
	}
	var settings struct {
		Suppress      []int   `json:"suppress_ids"`
		SuppressBegin []int   `json:"suppress_ids_begin"`
		Heads         [][]int `json:"alignment_heads"`
	}
	if err := readJSON(filepath.Join(from, "config.json"), &settings); err != nil {
		return err
	}
	generation := w.generation(s)
	generation["suppress_tokens"], generation["begin_suppress_tokens"] = settings.Suppress, settings.SuppressBegin
	if settings.Heads != nil {
		generation["alignment_heads"] = settings.Heads
	}
	return errors.Join(
		writeJSON(to, "config.json", w.config(s)),
		writeJSON(to, "generation_config.json", generation),
		writeJSON(to, "preprocessor_config.json", w.preprocessor()),
		writeJSON(to, "tokenizer_config.json", s.config()),
		copyFile(filepath.Join(from, "tokenizer.json"), filepath.Join(to, "tokenizer.json")),
	)
}

func writeJSON(dir, name string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), append(text, '\n'), 0o644)
}

func (w whisperWeights) config(s specials) object {
	return object{
		"architectures": []string{"WhisperForConditionalGeneration"}, "model_type": "whisper",
		"dtype":      w.dtype,
		"vocab_size": w.vocab, "num_mel_bins": w.mels, "d_model": w.width,
		"encoder_layers": w.encoderLayers, "encoder_attention_heads": w.encoderHeads, "encoder_ffn_dim": w.inner,
		"decoder_layers": w.decoderLayers, "decoder_attention_heads": w.decoderHeads, "decoder_ffn_dim": w.inner,
		"num_hidden_layers": w.encoderLayers, "max_source_positions": w.source, "max_target_positions": w.target,
		"activation_function": "gelu", "is_encoder_decoder": true, "scale_embedding": false, "tie_word_embeddings": true,
		"decoder_start_token_id": s.start, "bos_token_id": s.end, "eos_token_id": s.end, "pad_token_id": s.end,
	}
}

func (w whisperWeights) generation(s specials) object {
	g := object{
		"decoder_start_token_id": s.start, "bos_token_id": s.end, "eos_token_id": s.end, "pad_token_id": s.end,
		"no_timestamps_token_id": s.noTimestamps, "prev_sot_token_id": s.previous,
		"max_length": w.target, "max_initial_timestamp_index": 50, "return_timestamps": false,
		"is_multilingual": w.multilingual(s),
	}
	if w.multilingual(s) {
		g["lang_to_id"], g["task_to_id"] = s.languages(), object{"translate": s.translate, "transcribe": s.transcribe}
	}
	return g
}

// multilingual reports whether the model knows more than English. Those of English have all languages' tokens, too, but one
// token of text less.
func (w whisperWeights) multilingual(s specials) bool { return s.end > 50256 }

func (w whisperWeights) preprocessor() object {
	return object{
		"feature_extractor_type": "WhisperFeatureExtractor", "processor_class": "WhisperProcessor",
		"feature_size": w.mels, "sampling_rate": 16000, "n_fft": 400, "hop_length": 160, "chunk_length": 30,
		"n_samples": 480000, "nb_max_frames": 3000, "padding_side": "right", "padding_value": 0.0, "return_attention_mask": false,
	}
}

// config is the tokenizer_config.json. Without the list of its special tokens Transformers takes the first of them for the
// time 0.00.
func (s specials) config() object {
	end := "<|endoftext|>"
	return object{
		"tokenizer_class": "WhisperTokenizer", "processor_class": "WhisperProcessor", "additional_special_tokens": s.order,
		"bos_token": end, "eos_token": end, "unk_token": end, "pad_token": end,
		"add_prefix_space": false, "errors": "replace", "model_max_length": 1024, "return_attention_mask": false,
	}
}

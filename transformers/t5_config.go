package transformers

import (
	"encoding/json"
	"fmt"
	"strings"
)

// T5Config is the settings of a [T5Model] and its heads, as Python's T5Config: [NewT5Config] has the defaults.
type T5Config struct {
	PretrainedConfig
	VocabSize                    int      `json:"vocab_size"`                      // 32128
	DModel                       int      `json:"d_model"`                         // the features of a token: 512
	DKV                          int      `json:"d_kv"`                            // of a head: 64
	DFF                          int      `json:"d_ff"`                            // between a layer's last matrices: 2048
	NumLayers                    int      `json:"num_layers"`                      // of the encoder: 6
	NumDecoderLayers             *int     `json:"num_decoder_layers"`              // of the decoder; nil: NumLayers
	NumHeads                     int      `json:"num_heads"`                       // 8
	RelativeAttentionNumBuckets  int      `json:"relative_attention_num_buckets"`  // distances that are told apart: 32
	RelativeAttentionMaxDistance int      `json:"relative_attention_max_distance"` // from which on they are not: 128
	DropoutRate                  float64  `json:"dropout_rate"`                    // 0.1
	ClassifierDropout            float64  `json:"classifier_dropout"`              // before a head: 0
	LayerNormEpsilon             float64  `json:"layer_norm_epsilon"`              // 1e-6
	InitializerFactor            float64  `json:"initializer_factor"`              // 1
	FeedForwardProj              string   `json:"feed_forward_proj"`               // "relu"; "gated-gelu" in version 1.1
	ScaleDecoderOutputs          *bool    `json:"scale_decoder_outputs,omitempty"` // before the last matrix; nil: if words are tied
	IsEncoderDecoder             bool     `json:"is_encoder_decoder"`              // true
	PadTokenID                   *int     `json:"pad_token_id"`                    // 0
	EosTokenID                   TokenIDs `json:"eos_token_id"`                    // 1
	DecoderStartTokenID          *int     `json:"decoder_start_token_id"`          // what decoding begins with; of published models 0
	UseCache                     bool     `json:"use_cache"`                       // true
}

// NewT5Config has the defaults, which are those of t5-small.
func NewT5Config() *T5Config {
	return &T5Config{
		PretrainedConfig: PretrainedConfig{ModelType: "t5", TieWordEmbeddings: true},
		VocabSize:        32128, DModel: 512, DKV: 64, DFF: 2048, NumLayers: 6, NumHeads: 8, RelativeAttentionNumBuckets: 32,
		RelativeAttentionMaxDistance: 128, DropoutRate: 0.1, LayerNormEpsilon: 1e-6, InitializerFactor: 1, FeedForwardProj: "relu",
		IsEncoderDecoder: true, PadTokenID: new(0), EosTokenID: TokenIDs{1}, UseCache: true,
	}
}

// upgrade notes whether outputs are scaled: older files say it by whether the words are tied.
func (c *T5Config) upgrade(raw map[string]json.RawMessage) error {
	if s := raw["scale_decoder_outputs"]; s == nil || string(s) == "null" {
		raw["scale_decoder_outputs"] = json.RawMessage("true")
		if string(raw["tie_word_embeddings"]) == "false" {
			raw["scale_decoder_outputs"] = json.RawMessage("false")
		}
	}
	return nil
}

func (c *T5Config) check() error {
	if kind, gated := strings.CutPrefix(c.FeedForwardProj, "gated-"); strings.Contains(kind, "-") {
		return fmt.Errorf("feed_forward_proj: expected the name of a function, or \"gated-\" before it, but got %.60q (gated: %v)",
			c.FeedForwardProj, gated)
	}
	if c.RelativeAttentionMaxDistance <= c.RelativeAttentionNumBuckets/2 {
		return fmt.Errorf("relative_attention_max_distance: expected more than half of relative_attention_num_buckets, %d, but got %d",
			c.RelativeAttentionNumBuckets, c.RelativeAttentionMaxDistance)
	}
	act, _ := c.activation()
	return firstError(
		positive("vocab_size", c.VocabSize), positive("d_model", c.DModel), positive("d_kv", c.DKV), positive("d_ff", c.DFF),
		positive("num_layers", c.NumLayers), positive("num_decoder_layers", c.decoderLayers()), positive("num_heads", c.NumHeads),
		positive("relative_attention_num_buckets", c.RelativeAttentionNumBuckets/4), checkPadding(c.PadTokenID, c.VocabSize),
		probability("dropout_rate", c.DropoutRate), probability("classifier_dropout", c.ClassifierDropout),
		checkActivation("feed_forward_proj", act))
}

func (c *T5Config) decoderLayers() int { return orDefault(c.NumDecoderLayers, c.NumLayers) }

// activation is the name of the function between a layer's last matrices, and whether a third matrix multiplies it.
func (c *T5Config) activation() (name string, gated bool) {
	name, gated = strings.CutPrefix(c.FeedForwardProj, "gated-")
	if gated && name == "gelu" {
		name = "gelu_new"
	}
	return name, gated
}

func (c *T5Config) scaled() bool { return orDefault(c.ScaleDecoderOutputs, c.TieWordEmbeddings) }

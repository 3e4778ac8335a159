package transformers

import "fmt"

// BertConfig is the settings of a [BertModel] and its heads, as Python's BertConfig: [NewBertConfig] has the defaults.
type BertConfig struct {
	PretrainedConfig
	VocabSize                 int      `json:"vocab_size"`                   // 30522
	HiddenSize                int      `json:"hidden_size"`                  // the features of a token: 768
	NumHiddenLayers           int      `json:"num_hidden_layers"`            // 12
	NumAttentionHeads         int      `json:"num_attention_heads"`          // 12
	IntermediateSize          int      `json:"intermediate_size"`            // the features between a layer's two matrices: 3072
	HiddenAct                 string   `json:"hidden_act"`                   // the function between them: "gelu"
	HiddenDropoutProb         float64  `json:"hidden_dropout_prob"`          // 0.1
	AttentionProbsDropoutProb float64  `json:"attention_probs_dropout_prob"` // 0.1
	MaxPositionEmbeddings     int      `json:"max_position_embeddings"`      // the longest text, in tokens: 512
	TypeVocabSize             int      `json:"type_vocab_size"`              // texts that are told apart: 2
	LayerNormEps              float64  `json:"layer_norm_eps"`               // 1e-12
	PadTokenID                *int     `json:"pad_token_id"`                 // 0
	BosTokenID                *int     `json:"bos_token_id"`
	EosTokenID                TokenIDs `json:"eos_token_id"`
	ClassifierDropout         *float64 `json:"classifier_dropout"` // before a head; nil: HiddenDropoutProb
	UseCache                  bool     `json:"use_cache"`          // true; means nothing to an encoder
	IsDecoder                 bool     `json:"is_decoder"`         // false: decoders are not supported
	AddCrossAttention         bool     `json:"add_cross_attention"`
	PositionEmbeddingType     string   `json:"position_embedding_type,omitempty"` // "absolute" is the only one
}

// NewBertConfig has the defaults, which are those of bert-base-uncased.
func NewBertConfig() *BertConfig {
	return &BertConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "bert", TieWordEmbeddings: true, InitializerRange: 0.02},
		VocabSize:        30522, HiddenSize: 768, NumHiddenLayers: 12, NumAttentionHeads: 12, IntermediateSize: 3072, HiddenAct: "gelu",
		HiddenDropoutProb: 0.1, AttentionProbsDropoutProb: 0.1, MaxPositionEmbeddings: 512, TypeVocabSize: 2, LayerNormEps: 1e-12,
		PadTokenID: new(0), UseCache: true,
	}
}

func (c *BertConfig) check() error {
	if c.IsDecoder || c.AddCrossAttention {
		return fmt.Errorf("is_decoder, add_cross_attention: %s is an encoder here, and has no decoder", c.ModelType)
	}
	if c.PositionEmbeddingType != "" && c.PositionEmbeddingType != "absolute" {
		return fmt.Errorf("position_embedding_type: expected \"absolute\", but got %.80q", c.PositionEmbeddingType)
	}
	if err := checkPadding(c.PadTokenID, c.VocabSize); err != nil {
		return err
	}
	return firstError(
		positive("vocab_size", c.VocabSize), positive("hidden_size", c.HiddenSize), positive("num_hidden_layers", c.NumHiddenLayers),
		positive("intermediate_size", c.IntermediateSize), positive("max_position_embeddings", c.MaxPositionEmbeddings),
		positive("type_vocab_size", c.TypeVocabSize), divides("num_attention_heads", c.NumAttentionHeads, "hidden_size", c.HiddenSize),
		probability("hidden_dropout_prob", c.HiddenDropoutProb), probability("attention_probs_dropout_prob", c.AttentionProbsDropoutProb),
		checkActivation("hidden_act", c.HiddenAct))
}

// classifierDropout is the dropout before a head.
func (c *BertConfig) classifierDropout() float64 {
	if c.ClassifierDropout != nil {
		return *c.ClassifierDropout
	}
	return c.HiddenDropoutProb
}

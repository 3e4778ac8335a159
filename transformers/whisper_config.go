package transformers

// WhisperConfig is the settings of a [WhisperModel] and its heads, as Python's WhisperConfig: [NewWhisperConfig] has the
// defaults.
type WhisperConfig struct {
	PretrainedConfig
	VocabSize             int      `json:"vocab_size"`              // 51865; those of English alone have one less
	NumMelBins            int      `json:"num_mel_bins"`            // 80
	DModel                int      `json:"d_model"`                 // the features of a position: 384
	EncoderLayers         int      `json:"encoder_layers"`          // 4
	EncoderAttentionHeads int      `json:"encoder_attention_heads"` // 6
	EncoderFFNDim         int      `json:"encoder_ffn_dim"`         // the features between a layer's two matrices: 1536
	EncoderLayerdrop      float64  `json:"encoder_layerdrop"`       // 0; layers are never left out here
	DecoderLayers         int      `json:"decoder_layers"`          // 4
	DecoderAttentionHeads int      `json:"decoder_attention_heads"` // 6
	DecoderFFNDim         int      `json:"decoder_ffn_dim"`         // 1536
	DecoderLayerdrop      float64  `json:"decoder_layerdrop"`       // 0
	MaxSourcePositions    int      `json:"max_source_positions"`    // steps of sound: 1500, of half as many frames as there are
	MaxTargetPositions    int      `json:"max_target_positions"`    // the longest text, in tokens: 448
	ActivationFunction    string   `json:"activation_function"`     // between a layer's two matrices: "gelu"
	Dropout               float64  `json:"dropout"`                 // 0
	AttentionDropout      float64  `json:"attention_dropout"`       // 0
	ActivationDropout     float64  `json:"activation_dropout"`      // 0
	ScaleEmbedding        bool     `json:"scale_embedding"`         // false; scales nothing, as in Python
	InitStd               float64  `json:"init_std"`                // 0.02
	UseCache              bool     `json:"use_cache"`               // true
	IsEncoderDecoder      bool     `json:"is_encoder_decoder"`      // true
	DecoderStartTokenID   int      `json:"decoder_start_token_id"`  // 50257
	PadTokenID            *int     `json:"pad_token_id"`            // 50256
	BosTokenID            *int     `json:"bos_token_id"`            // 50256
	EosTokenID            TokenIDs `json:"eos_token_id"`            // 50256
}

// NewWhisperConfig has the defaults, which are those of whisper-tiny.
func NewWhisperConfig() *WhisperConfig {
	return &WhisperConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "whisper", TieWordEmbeddings: true},
		VocabSize:        51865, NumMelBins: 80, DModel: 384,
		EncoderLayers: 4, EncoderAttentionHeads: 6, EncoderFFNDim: 1536, DecoderLayers: 4, DecoderAttentionHeads: 6, DecoderFFNDim: 1536,
		MaxSourcePositions: 1500, MaxTargetPositions: 448, ActivationFunction: "gelu", InitStd: 0.02, UseCache: true,
		IsEncoderDecoder: true, DecoderStartTokenID: 50257, PadTokenID: new(50256), BosTokenID: new(50256), EosTokenID: TokenIDs{50256},
	}
}

func (c *WhisperConfig) check() error {
	c.InitializerRange = c.InitStd
	return firstError(
		positive("vocab_size", c.VocabSize), positive("num_mel_bins", c.NumMelBins), positive("d_model", c.DModel),
		positive("encoder_layers", c.EncoderLayers), positive("decoder_layers", c.DecoderLayers),
		positive("encoder_ffn_dim", c.EncoderFFNDim), positive("decoder_ffn_dim", c.DecoderFFNDim),
		positive("max_source_positions", c.MaxSourcePositions), positive("max_target_positions", c.MaxTargetPositions),
		divides("encoder_attention_heads", c.EncoderAttentionHeads, "d_model", c.DModel),
		divides("decoder_attention_heads", c.DecoderAttentionHeads, "d_model", c.DModel),
		divides("d_model", 2, "d_model", c.DModel), checkPadding(c.PadTokenID, c.VocabSize),
		probability("dropout", c.Dropout), probability("attention_dropout", c.AttentionDropout),
		probability("activation_dropout", c.ActivationDropout), checkActivation("activation_function", c.ActivationFunction))
}

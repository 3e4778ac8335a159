package transformers

import (
	"fmt"
	"slices"
)

// Wav2Vec2Config is the settings of a [Wav2Vec2Model] and its heads, as Python's Wav2Vec2Config: [NewWav2Vec2Config] has the
// defaults.
type Wav2Vec2Config struct {
	PretrainedConfig
	VocabSize             int      `json:"vocab_size"`                    // letters and the blank: 32
	HiddenSize            int      `json:"hidden_size"`                   // the features of a step: 768
	NumHiddenLayers       int      `json:"num_hidden_layers"`             // 12
	NumAttentionHeads     int      `json:"num_attention_heads"`           // 12
	IntermediateSize      int      `json:"intermediate_size"`             // the features between a layer's two matrices: 3072
	HiddenAct             string   `json:"hidden_act"`                    // the function between them: "gelu"
	HiddenDropout         float64  `json:"hidden_dropout"`                // 0.1
	ActivationDropout     float64  `json:"activation_dropout"`            // 0.1
	AttentionDropout      float64  `json:"attention_dropout"`             // 0.1
	FeatProjDropout       float64  `json:"feat_proj_dropout"`             // 0
	FinalDropout          float64  `json:"final_dropout"`                 // before a head: 0.1
	LayerNormEps          float64  `json:"layer_norm_eps"`                // 1e-5
	FeatExtractNorm       string   `json:"feat_extract_norm"`             // "group": one norm over time, or "layer": norms over channels
	FeatExtractActivation string   `json:"feat_extract_activation"`       // "gelu"
	ConvDim               []int    `json:"conv_dim"`                      // channels of the convolutions over samples: 7 times 512
	ConvStride            []int    `json:"conv_stride"`                   // 5 2 2 2 2 2 2, together 320 samples, 20 ms
	ConvKernel            []int    `json:"conv_kernel"`                   // 10 3 3 3 3 2 2
	ConvBias              bool     `json:"conv_bias"`                     // false
	NumConvPosEmbeddings  int      `json:"num_conv_pos_embeddings"`       // the kernel that finds positions: 128
	NumConvPosGroups      int      `json:"num_conv_pos_embedding_groups"` // 16
	DoStableLayerNorm     bool     `json:"do_stable_layer_norm"`          // norms before the parts of a layer, and one in the end
	MaskTimeProb          float64  `json:"mask_time_prob"`                // 0.05; steps are never hidden here
	MaskFeatureProb       float64  `json:"mask_feature_prob"`             // 0; the same of features
	CTCLossReduction      string   `json:"ctc_loss_reduction"`            // "sum" or "mean"
	CTCZeroInfinity       bool     `json:"ctc_zero_infinity"`             // a text that its clip is too short for counts for nothing
	PadTokenID            *int     `json:"pad_token_id"`                  // the blank: 0
	BosTokenID            *int     `json:"bos_token_id"`                  // 1
	EosTokenID            TokenIDs `json:"eos_token_id"`                  // 2
	AddAdapter            bool     `json:"add_adapter"`                   // false is the only one
	AdapterAttnDim        *int     `json:"adapter_attn_dim"`              // nil is the only one
}

// NewWav2Vec2Config has the defaults, which are those of wav2vec2-base-960h.
func NewWav2Vec2Config() *Wav2Vec2Config {
	return &Wav2Vec2Config{
		PretrainedConfig: PretrainedConfig{ModelType: "wav2vec2", TieWordEmbeddings: true, InitializerRange: 0.02},
		VocabSize:        32, HiddenSize: 768, NumHiddenLayers: 12, NumAttentionHeads: 12, IntermediateSize: 3072, HiddenAct: "gelu",
		HiddenDropout: 0.1, ActivationDropout: 0.1, AttentionDropout: 0.1, FinalDropout: 0.1, LayerNormEps: 1e-5,
		FeatExtractNorm: "group", FeatExtractActivation: "gelu", ConvDim: []int{512, 512, 512, 512, 512, 512, 512},
		ConvStride: []int{5, 2, 2, 2, 2, 2, 2}, ConvKernel: []int{10, 3, 3, 3, 3, 2, 2},
		NumConvPosEmbeddings: 128, NumConvPosGroups: 16, MaskTimeProb: 0.05, CTCLossReduction: "sum",
		PadTokenID: new(0), BosTokenID: new(1), EosTokenID: TokenIDs{2},
	}
}

// maxKernel is far more than any convolution of Wav2Vec2 has.
const maxKernel = 1 << 16

func (c *Wav2Vec2Config) check() error {
	n := len(c.ConvDim)
	switch {
	case n == 0 || n > 64 || len(c.ConvStride) != n || len(c.ConvKernel) != n:
		return fmt.Errorf("conv_dim, conv_stride, conv_kernel: expected as many of each, 1 to 64, but got %d, %d and %d",
			n, len(c.ConvStride), len(c.ConvKernel))
	case slices.ContainsFunc(slices.Concat(c.ConvDim, c.ConvStride, c.ConvKernel), func(n int) bool { return n < 1 || n > maxKernel }):
		return fmt.Errorf("conv_dim, conv_stride, conv_kernel: expected numbers from 1 to %d, but got %v, %v and %v",
			maxKernel, c.ConvDim, c.ConvStride, c.ConvKernel)
	case c.FeatExtractNorm != "group" && c.FeatExtractNorm != "layer":
		return fmt.Errorf("feat_extract_norm: expected \"group\" or \"layer\", but got %.60q", c.FeatExtractNorm)
	case c.AddAdapter || c.AdapterAttnDim != nil:
		return fmt.Errorf("add_adapter, adapter_attn_dim: models with adapters are not known here")
	case c.CTCLossReduction != "sum" && c.CTCLossReduction != "mean":
		return fmt.Errorf("ctc_loss_reduction: expected \"sum\" or \"mean\", but got %.60q", c.CTCLossReduction)
	case c.NumConvPosEmbeddings > maxKernel:
		return fmt.Errorf("num_conv_pos_embeddings: expected at most %d, but got %d", maxKernel, c.NumConvPosEmbeddings)
	}
	return firstError(
		positive("vocab_size", c.VocabSize), positive("hidden_size", c.HiddenSize), positive("num_hidden_layers", c.NumHiddenLayers),
		positive("intermediate_size", c.IntermediateSize), positive("num_conv_pos_embeddings", c.NumConvPosEmbeddings),
		divides("num_attention_heads", c.NumAttentionHeads, "hidden_size", c.HiddenSize),
		divides("num_conv_pos_embedding_groups", c.NumConvPosGroups, "hidden_size", c.HiddenSize),
		checkPadding(c.PadTokenID, c.VocabSize),
		probability("hidden_dropout", c.HiddenDropout), probability("activation_dropout", c.ActivationDropout),
		probability("attention_dropout", c.AttentionDropout), probability("feat_proj_dropout", c.FeatProjDropout),
		probability("final_dropout", c.FinalDropout), checkActivation("hidden_act", c.HiddenAct),
		checkActivation("feat_extract_activation", c.FeatExtractActivation))
}

// Steps is how many steps come of so many samples; 0 for too few.
func (c *Wav2Vec2Config) Steps(samples int) int {
	for i, kernel := range c.ConvKernel {
		if samples < kernel {
			return 0
		}
		samples = (samples-kernel)/c.ConvStride[i] + 1
	}
	return samples
}

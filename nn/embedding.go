package nn

import (
	"fmt"
	"strings"

	"multitorch/torch"
)

var (
	embedding       = torch.NewOperator("aten::embedding", "weight", "indices", "padding_idx", "scale_grad_by_freq", "sparse")
	embeddingRenorm = torch.NewOperator("aten::embedding_renorm_", "self", "indices", "max_norm", "norm_type")
)

// Embedding is a table of vectors, one for each token id, as torch.nn.Embedding.
// Weight is [num, dim], drawn from N(0, 1).
type Embedding struct {
	Base
	Weight *Parameter
	config EmbeddingConfig
}

// EmbeddingConfig is the settings of a table of vectors.
type EmbeddingConfig struct {
	PaddingIdx      *int     `json:"padding_idx"`        // the id that is not trained: nil, none
	MaxNorm         *float64 `json:"max_norm"`           // the longest that a vector may be: nil, any
	NormType        float64  `json:"norm_type"`          // the p of the norm that MaxNorm measures: 2
	ScaleGradByFreq bool     `json:"scale_grad_by_freq"` // whether gradients are divided by how often an id occurs: false
	factory
}

// EmbeddingOption is an option of [NewEmbedding]: [PaddingIdx], [MaxNorm],
// [NormType], [ScaleGradByFreq], [DType], [Device], or a whole [EmbeddingConfig].
type EmbeddingOption interface{ embedding(*EmbeddingConfig) }

func (c EmbeddingConfig) embedding(to *EmbeddingConfig) { *to = c.clone() }

// String is the settings as Python's keyword arguments.
func (c EmbeddingConfig) String() string { return pySettings(c) }

func (c EmbeddingConfig) clone() EmbeddingConfig {
	if c.PaddingIdx != nil {
		c.PaddingIdx = new(*c.PaddingIdx)
	}
	if c.MaxNorm != nil {
		c.MaxNorm = new(*c.MaxNorm)
	}
	return c
}

// PaddingIdx is the id that fills up short sequences: its vector is zero at
// first, and is not trained. Negative ids count from the end.
type PaddingIdx int

// MaxNorm scales vectors that are longer down to this length, in place, when they
// are looked up.
type MaxNorm float64

// NormType is the p of the p-norm that [MaxNorm] measures: 1, 2, math.Inf(1), … The
// default is 2.
type NormType float64

// ScaleGradByFreq(true) divides a vector's gradient by how often its id occurs in
// the batch.
type ScaleGradByFreq bool

func (p PaddingIdx) embedding(c *EmbeddingConfig)      { c.PaddingIdx = new(int(p)) }
func (n MaxNorm) embedding(c *EmbeddingConfig)         { c.MaxNorm = new(float64(n)) }
func (n NormType) embedding(c *EmbeddingConfig)        { c.NormType = float64(n) }
func (s ScaleGradByFreq) embedding(c *EmbeddingConfig) { c.ScaleGradByFreq = bool(s) }
func (d DType) embedding(c *EmbeddingConfig)           { c.dtype(d) }
func (d Device) embedding(c *EmbeddingConfig)          { c.device(d) }

// NewEmbedding makes a table of num vectors of dim elements.
func NewEmbedding(num, dim int, opts ...EmbeddingOption) *Embedding {
	const takes = "padding_idx max_norm norm_type scale_grad_by_freq device dtype"
	c := configure("Embedding", takes, EmbeddingConfig{NormType: 2}, opts, EmbeddingOption.embedding)
	atLeast(0, num, "Embedding", "num_embeddings")
	atLeast(0, dim, "Embedding", "embedding_dim")
	c.check("Embedding")
	if p := c.PaddingIdx; p != nil {
		if *p < -num || *p >= num {
			panic(invalid("Embedding", "padding_idx must be within num_embeddings, %d, but got %d", num, *p))
		}
		if *p < 0 {
			*p += num
		}
	}
	weight := normal(c.empty(num, dim), 0, 1)
	if c.PaddingIdx != nil {
		row := weight.Select(0, *c.PaddingIdx)
		row.ZeroInplace()
		row.Free()
	}
	return &Embedding{Weight: newParameter(weight), config: c}
}

// Config is the module's settings.
func (m *Embedding) Config() EmbeddingConfig { return m.config.clone() }

// Forward looks up ids, integers of any shape [...], and returns [..., dim]. An
// id outside the table is an error: see [SetIndexChecks] for a GPU's.
func (m *Embedding) Forward(ids *torch.Tensor) *torch.Tensor {
	defer m.guard("Embedding")
	check := func() { within("embedding", "ids", ids, m.Weight.Size(0)) }
	if checkFirst(ids, check); m.config.MaxNorm != nil && !ids.Device().IsCUDA() {
		check() // what follows would change the table first
	}
	defer explain(check)
	if m.config.MaxNorm != nil {
		m.renorm(ids)
	}
	padding := -1
	if m.config.PaddingIdx != nil {
		padding = *m.config.PaddingIdx
	}
	return embedding.Call(m.Weight.Tensor, ids, padding, m.config.ScaleGradByFreq, false)
}

// renorm shortens the vectors that are about to be looked up.
func (m *Embedding) renorm(ids *torch.Tensor) {
	torch.NoGrad(func() {
		ids := ids.Contiguous()
		defer ids.Free()
		embeddingRenorm.Do(m.Weight.Tensor, ids, *m.config.MaxNorm, m.config.NormType)
	})
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Embedding) ExtraRepr() string {
	c := &m.config
	var b strings.Builder
	fmt.Fprintf(&b, "%d, %d", m.Weight.Size(0), m.Weight.Size(1))
	if c.PaddingIdx != nil {
		fmt.Fprintf(&b, ", padding_idx=%d", *c.PaddingIdx)
	}
	if c.MaxNorm != nil {
		b.WriteString(", max_norm=" + pyFloat(*c.MaxNorm))
	}
	if c.NormType != 2 {
		b.WriteString(", norm_type=" + pyFloat(c.NormType))
	}
	if c.ScaleGradByFreq {
		b.WriteString(", scale_grad_by_freq=True")
	}
	return b.String()
}

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
	config embeddingConfig
}

// EmbeddingOption is an option of [NewEmbedding]: [PaddingIdx], [MaxNorm],
// [NormType], [ScaleGradByFreq].
type EmbeddingOption interface{ embedding(*embeddingConfig) }

type embeddingConfig struct {
	padding     *int
	maxNorm     *float64
	normType    float64
	scaleByFreq bool
}

// PaddingIdx is the id that fills up short sequences: its vector is zero at
// first, and is not trained. Negative ids count from the end.
type PaddingIdx int

func (p PaddingIdx) embedding(c *embeddingConfig) { n := int(p); c.padding = &n }

// MaxNorm scales vectors that are longer down to this length, in place, when they
// are looked up.
type MaxNorm float64

func (n MaxNorm) embedding(c *embeddingConfig) { f := float64(n); c.maxNorm = &f }

// ScaleGradByFreq(true) divides a vector's gradient by how often its id occurs in
// the batch.
type ScaleGradByFreq bool

func (s ScaleGradByFreq) embedding(c *embeddingConfig) { c.scaleByFreq = bool(s) }

// NewEmbedding makes a table of num vectors of dim elements.
func NewEmbedding(num, dim int, opts ...EmbeddingOption) *Embedding {
	c := embeddingConfig{normType: 2}
	for _, o := range opts {
		o.embedding(&c)
	}
	atLeast(0, num, "Embedding", "num_embeddings")
	atLeast(0, dim, "Embedding", "embedding_dim")
	if p := c.padding; p != nil {
		if *p < -num || *p >= num {
			panic(invalid("Embedding", "padding_idx must be within num_embeddings, %d, but got %d", num, *p))
		}
		if *p < 0 {
			*p += num
		}
	}
	weight := torch.Empty(torch.Shape{num, dim}).NormalInplace(0, 1)
	if c.padding != nil {
		row := weight.Select(0, *c.padding)
		row.ZeroInplace()
		row.Free()
	}
	return &Embedding{Weight: NewParameter(weight), config: c}
}

// Forward looks up ids, integers of any shape [...], and returns [..., dim]. An
// id outside the table is an error; to find it on a GPU the ids are read first.
func (m *Embedding) Forward(ids *torch.Tensor) *torch.Tensor {
	defer m.guard("Embedding")
	check := func() { within("embedding", "ids", ids, m.Weight.Size(0)) }
	if m.config.maxNorm != nil || ids.Device().IsCUDA() {
		check() // what follows would change the table first, or end the GPU's context
	}
	defer explain(check)
	if m.config.maxNorm != nil {
		m.renorm(ids)
	}
	padding := -1
	if m.config.padding != nil {
		padding = *m.config.padding
	}
	return embedding.Call(m.Weight.Tensor, ids, padding, m.config.scaleByFreq, false)
}

// renorm shortens the vectors that are about to be looked up.
func (m *Embedding) renorm(ids *torch.Tensor) {
	torch.NoGrad(func() {
		ids := ids.Contiguous()
		defer ids.Free()
		embeddingRenorm.Do(m.Weight.Tensor, ids, *m.config.maxNorm, m.config.normType)
	})
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Embedding) ExtraRepr() string {
	c := &m.config
	var b strings.Builder
	fmt.Fprintf(&b, "%d, %d", m.Weight.Size(0), m.Weight.Size(1))
	if c.padding != nil {
		fmt.Fprintf(&b, ", padding_idx=%d", *c.padding)
	}
	if c.maxNorm != nil {
		b.WriteString(", max_norm=" + pyFloat(*c.maxNorm))
	}
	if c.normType != 2 {
		b.WriteString(", norm_type=" + pyFloat(c.normType))
	}
	if c.scaleByFreq {
		b.WriteString(", scale_grad_by_freq=True")
	}
	return b.String()
}

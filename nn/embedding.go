package nn

import "multitorch/torch"

var (
	embedding       = torch.NewOperator("aten::embedding", "weight", "indices", "padding_idx", "scale_grad_by_freq", "sparse")
	embeddingRenorm = torch.NewOperator("aten::embedding_renorm_", "self", "indices", "max_norm", "norm_type")
)

// Embedding is a table of vectors, one for each token id, as torch.nn.Embedding.
// Weight is [num, dim], drawn from N(0, 1).
type Embedding struct{ table }

// NewEmbedding makes a table of num vectors of dim elements.
func NewEmbedding(num, dim int, opts ...EmbeddingOption) *Embedding {
	m := &Embedding{}
	m.init("Embedding", tableKeywords, num, dim, opts)
	return m
}

// EmbeddingFromPretrained makes a table of vectors [num, dim] that are given, whose memory it
// shares, as torch.nn.Embedding.from_pretrained. They are not trained unless [Freeze](false) is
// given, and the padding's is left as it is.
func EmbeddingFromPretrained(vectors *torch.Tensor, opts ...EmbeddingOption) *Embedding {
	m := &Embedding{}
	m.take("Embedding", tableKeywords, vectors, opts)
	return m
}

// Forward looks up ids, integers of any shape [...], and returns [..., dim]. An
// id outside the table is an error: see [SetIndexChecks] for a GPU's.
func (m *Embedding) Forward(ids *torch.Tensor) (vectors *torch.Tensor) {
	ids = m.enter(ids)
	defer m.leave("Embedding", ids, &vectors)
	defer explain(m.checkIDs("embedding", ids))
	if m.config.MaxNorm != nil {
		ids = ids.Contiguous()
		defer ids.Free()
		m.renorm(ids)
	}
	return embedding.Call(m.Weight.tensor(), ids, m.padding(), m.config.ScaleGradByFreq, m.config.Sparse)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Embedding) ExtraRepr() string {
	b := m.repr(m.paddingRepr)
	if m.config.Sparse {
		b.WriteString(", sparse=True")
	}
	return b.String()
}

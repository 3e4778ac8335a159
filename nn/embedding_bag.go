package nn

import (
	"slices"
	"strings"

	"multitorch/torch"
)

var (
	embeddingBag = torch.NewOperator("aten::embedding_bag.padding_idx", "weight", "indices", "offsets", "scale_grad_by_freq", "mode", "sparse",
		"per_sample_weights", "include_last_offset", "padding_idx")
	bagModes = []string{"sum", "mean", "max"}
)

// EmbeddingBag is a table of vectors of which whole bags are looked up at once, each of which gives
// one vector: the mean of its vectors, or what [Mode] says, as torch.nn.EmbeddingBag. Weight is
// [num, dim], drawn from N(0, 1).
type EmbeddingBag struct{ table }

const bagKeywords = tableKeywords + " mode include_last_offset"

// NewEmbeddingBag makes a table of num vectors of dim elements.
func NewEmbeddingBag(num, dim int, opts ...EmbeddingOption) *EmbeddingBag {
	m := &EmbeddingBag{}
	m.init("EmbeddingBag", bagKeywords, num, dim, opts)
	m.checkMode()
	return m
}

// EmbeddingBagFromPretrained is [EmbeddingFromPretrained] for bags, as
// torch.nn.EmbeddingBag.from_pretrained.
func EmbeddingBagFromPretrained(vectors *torch.Tensor, opts ...EmbeddingOption) *EmbeddingBag {
	m := &EmbeddingBag{}
	m.take("EmbeddingBag", bagKeywords, vectors, opts)
	m.checkMode()
	return m
}

func (m *EmbeddingBag) checkMode() {
	c := &m.config
	switch {
	case !slices.Contains(bagModes, c.Mode):
		panic(invalid("EmbeddingBag", "mode must be sum, mean or max, but got %.80q", c.Mode))
	case c.Mode == "max" && c.ScaleGradByFreq:
		panic(invalid("EmbeddingBag", "mode max does not take scale_grad_by_freq"))
	case c.Mode == "max" && c.Sparse:
		panic(invalid("EmbeddingBag", "mode max does not take sparse"))
	}
}

// Forward maps bags of ids to vectors [B, dim]. The ids are integers [B, N], bags of one length,
// with nil for offsets; or [N], all bags one behind the other, with their beginnings as integers
// [B] of the same dtype, with IncludeLastOffset [B+1]. An empty bag gives zeros. The weights, like
// the ids, scale vectors before they are summed, with Mode "sum" only; nil is ones.
func (m *EmbeddingBag) Forward(ids, offsets, weights *torch.Tensor) (vectors *torch.Tensor) {
	in := m.enterAll(&ids, &offsets, &weights)
	defer m.leaveAll("EmbeddingBag", in, &vectors)
	m.checkBags(ids, offsets, weights)
	defer explain(m.checkIDs("embedding_bag", ids))
	if shape := ids.Shape(); len(shape) == 2 {
		offsets = torch.Arange(0, shape[0]*shape[1], max(1, shape[1]), ids.DType(), ids.Device())
		defer offsets.Free()
		ids = ids.Reshape(-1)
		defer ids.Free()
		if weights != nil {
			weights = weights.Reshape(-1)
			defer weights.Free()
		}
	}
	m.renorm(ids)
	c := &m.config
	var padding any
	if c.PaddingIdx != nil {
		padding = *c.PaddingIdx
	}
	ys := embeddingBag.Results(m.Weight.tensor(), ids, offsets, c.ScaleGradByFreq, slices.Index(bagModes, c.Mode), c.Sparse, weights,
		c.IncludeLastOffset, padding)
	for _, y := range ys[1:] {
		y.(*torch.Tensor).Free()
	}
	return ys[0].(*torch.Tensor)
}

func (m *EmbeddingBag) checkBags(ids, offsets, weights *torch.Tensor) {
	const op = "embedding_bag"
	shape := ids.Shape()
	switch len(shape) {
	case 1:
		if offsets == nil {
			panic(invalid(op, "expected offsets of the bags beside ids of the shape %s, but got nil", pyList(shape)))
		}
		if got := offsets.Shape(); len(got) != 1 {
			panic(invalid(op, "expected offsets of 1 dimension, but got the shape %s", pyList(got)))
		}
	case 2:
		if offsets != nil {
			panic(invalid(op, "expected nil for the offsets beside ids of 2 dimensions, bags of one length, but got a tensor"))
		}
	default:
		panic(invalid(op, "expected ids of 1 or 2 dimensions, but got the shape %s", pyList(shape)))
	}
	if weights == nil {
		return
	}
	if got := weights.Shape(); !slices.Equal(got, shape) {
		panic(invalid(op, "expected a weight for each id, %s, but got the shape %s", pyList(shape), pyList(got)))
	}
	if m.config.Mode != "sum" {
		e := invalid(op, `weights are for mode "sum" only, but the mode is %q`, m.config.Mode)
		e.Kind = torch.NotImplemented
		panic(e)
	}
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *EmbeddingBag) ExtraRepr() string {
	b := m.repr(func(*strings.Builder) {})
	mode := m.config.Mode
	if modeQuoted() {
		mode = "'" + mode + "'"
	}
	b.WriteString(", mode=" + mode)
	m.paddingRepr(b)
	return b.String()
}

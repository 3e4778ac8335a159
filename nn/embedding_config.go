package nn

import (
	"fmt"
	"strings"

	"multitorch/torch"
)

// EmbeddingConfig is the settings of a table of vectors.
type EmbeddingConfig struct {
	PaddingIdx        *int     `json:"padding_idx"`         // the id that is not trained: nil, none
	MaxNorm           *float64 `json:"max_norm"`            // the longest that a vector may be: nil, any
	NormType          float64  `json:"norm_type"`           // the p of the norm that MaxNorm measures: 2
	ScaleGradByFreq   bool     `json:"scale_grad_by_freq"`  // whether gradients are divided by how often an id occurs: false
	Sparse            bool     `json:"sparse"`              // whether the table's gradient is sparse: false
	Mode              string   `json:"mode"`                // how a bag's vectors become one: "sum", "mean" or "max"
	IncludeLastOffset bool     `json:"include_last_offset"` // whether a bag's offsets end with the number of ids: false
	freeze            bool     // of a table that is given: true
	factory
}

// EmbeddingOption is an option of [NewEmbedding] and [NewEmbeddingBag]: [PaddingIdx], [MaxNorm],
// [NormType], [ScaleGradByFreq], [Sparse], [DType], [Device]; of bags [Mode] and
// [IncludeLastOffset]; of tables that are given [Freeze]; or a whole [EmbeddingConfig].
type EmbeddingOption interface{ embedding(*EmbeddingConfig) }

func (c EmbeddingConfig) embedding(to *EmbeddingConfig) {
	c = c.clone()
	c.freeze = to.freeze // that is asked for each table anew
	*to = c
}

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

// Sparse(true) makes the gradient of a table a sparse tensor, which has the vectors that were looked
// up and no others: for optimizers that take such.
type Sparse bool

// Mode is how the vectors of a bag become one: "mean", the default, "sum" or "max"; and how an upsampling
// finds what lies between: "nearest", the default, "nearest-exact" or "area" for any number of dimensions,
// "linear" for sequences, "bilinear" or "bicubic" for pictures, "trilinear" for volumes.
type Mode string

// IncludeLastOffset(true) says that the offsets of bags have one more element, the number of ids.
type IncludeLastOffset bool

// Freeze(false) trains a table that is given. The default is true.
type Freeze bool

func (p PaddingIdx) embedding(c *EmbeddingConfig)        { c.PaddingIdx = new(int(p)) }
func (n MaxNorm) embedding(c *EmbeddingConfig)           { c.MaxNorm = new(float64(n)) }
func (n NormType) embedding(c *EmbeddingConfig)          { c.NormType = float64(n) }
func (s ScaleGradByFreq) embedding(c *EmbeddingConfig)   { c.ScaleGradByFreq = bool(s) }
func (s Sparse) embedding(c *EmbeddingConfig)            { c.Sparse = bool(s) }
func (m Mode) embedding(c *EmbeddingConfig)              { c.Mode = string(m) }
func (i IncludeLastOffset) embedding(c *EmbeddingConfig) { c.IncludeLastOffset = bool(i) }
func (f Freeze) embedding(c *EmbeddingConfig)            { c.freeze = bool(f) }
func (d DType) embedding(c *EmbeddingConfig)             { c.dtype(d) }
func (d Device) embedding(c *EmbeddingConfig)            { c.device(d) }

// table is what [Embedding] and [EmbeddingBag] have in common.
type table struct {
	Base
	Weight *Parameter // [num, dim]
	config EmbeddingConfig
}

// Config is the module's settings.
func (m *table) Config() EmbeddingConfig { return m.config.clone() }

const tableKeywords = "padding_idx max_norm norm_type scale_grad_by_freq sparse"

// init makes a table of num vectors of dim elements, drawn from N(0, 1).
func (m *table) init(kind, takes string, num, dim int, opts []EmbeddingOption) {
	m.configure(kind, takes+" device dtype", opts)
	atLeast(0, num, kind, "num_embeddings")
	atLeast(0, dim, kind, "embedding_dim")
	m.config.check(kind)
	m.checkPadding(kind, num)
	weight := normal(m.config.empty(num, dim), 0, 1)
	if m.config.PaddingIdx != nil {
		row := weight.Select(0, *m.config.PaddingIdx)
		row.ZeroInplace()
		row.Free()
	}
	m.Weight = newParameter(weight)
}

// take makes a table of the vectors that are given.
func (m *table) take(kind, takes string, vectors *torch.Tensor, opts []EmbeddingOption) {
	m.configure(kind, takes+" freeze", opts)
	if vectors == nil {
		panic(invalid(kind, "expected vectors [num_embeddings, embedding_dim], but got nil"))
	}
	if shape := vectors.Shape(); len(shape) != 2 {
		panic(invalid(kind, "expected vectors [num_embeddings, embedding_dim], but got the shape %s", pyList(shape)))
	}
	m.checkPadding(kind, vectors.Size(0))
	m.Weight = NewParameter(vectors, torch.RequiresGrad(!m.config.freeze))
}

func (m *table) configure(kind, takes string, opts []EmbeddingOption) {
	m.config = configure(kind, takes, EmbeddingConfig{NormType: 2, Mode: "mean", freeze: true}, opts, EmbeddingOption.embedding)
}

func (m *table) checkPadding(kind string, num int) {
	p := m.config.PaddingIdx
	if p == nil {
		return
	}
	if *p < -num || *p >= num {
		panic(invalid(kind, "padding_idx must be within num_embeddings, %d, but got %d", num, *p))
	}
	if *p < 0 {
		*p += num
	}
}

// padding is the id of the padding for an operator, -1 for none.
func (m *table) padding() int {
	if m.config.PaddingIdx == nil {
		return -1
	}
	return *m.config.PaddingIdx
}

// checkIDs returns the check of ids that an operator's error is explained with. It runs at once
// where the table is changed before they are looked up.
func (m *table) checkIDs(op string, ids *torch.Tensor) (check func()) {
	check = func() { within(op, "ids", ids, m.Weight.Size(0)) }
	if checkFirst(ids, check); m.config.MaxNorm != nil && !ids.Device().IsCUDA() {
		check()
	}
	return check
}

// renorm shortens the vectors that are about to be looked up.
func (m *table) renorm(ids *torch.Tensor) {
	if m.config.MaxNorm != nil {
		torch.NoGrad(func() { embeddingRenorm.Do(m.Weight.Tensor, ids, *m.config.MaxNorm, m.config.NormType) })
	}
}

// repr is the table's settings as printed; each class has its own order.
func (m *table) repr(padding func(*strings.Builder)) *strings.Builder {
	c := &m.config
	var b strings.Builder
	fmt.Fprintf(&b, "%d, %d", m.Weight.Size(0), m.Weight.Size(1))
	padding(&b)
	if c.MaxNorm != nil {
		b.WriteString(", max_norm=" + pyFloat(*c.MaxNorm))
	}
	if c.NormType != 2 {
		b.WriteString(", norm_type=" + pyFloat(c.NormType))
	}
	if c.ScaleGradByFreq {
		b.WriteString(", scale_grad_by_freq=True")
	}
	return &b
}

func (m *table) paddingRepr(b *strings.Builder) {
	if m.config.PaddingIdx != nil {
		fmt.Fprintf(b, ", padding_idx=%d", *m.config.PaddingIdx)
	}
}

package nn

import (
	"multitorch/torch"
)

var (
	cosineSimilarity = torch.NewOperator("aten::cosine_similarity", "x1", "x2", "dim", "eps")
	pairwiseDistance = torch.NewOperator("aten::pairwise_distance", "x1", "x2", "p", "eps", "keepdim")
)

// DistanceConfig is the settings of a distance.
type DistanceConfig struct {
	P       float64 `json:"p"`                 // of the norm that measures: 2
	Eps     float64 `json:"eps"`               // what keeps from dividing by zero: 1e-6, of CosineSimilarity 1e-8
	Keepdim bool    `json:"keepdim,omitempty"` // whether the vectors' dimension stays, with size 1: false
	Dim     int     `json:"dim"`               // the dimension of CosineSimilarity's vectors: 1
}

// DistanceOption is an option of the distances: [Eps]; of [PairwiseDistance] [P] and [Keepdim]; of
// [CosineSimilarity] [Dim]; or a whole [DistanceConfig].
type DistanceOption interface{ distance(*DistanceConfig) }

func (c DistanceConfig) distance(to *DistanceConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c DistanceConfig) String() string { return pySettings(c) }

// Keepdim(true) keeps the dimension that is reduced, with size 1. The default is false.
type Keepdim bool

// Dim is the dimension that a module works along.
type Dim int

func (p P) distance(c *DistanceConfig)       { c.P = float64(p) }
func (e Eps) distance(c *DistanceConfig)     { c.Eps = float64(e) }
func (k Keepdim) distance(c *DistanceConfig) { c.Keepdim = bool(k) }
func (d Dim) distance(c *DistanceConfig)     { c.Dim = int(d) }

// distance is what distances have in common. They print no settings, as in Python.
type distance struct {
	Base
	config DistanceConfig
}

// Config is the module's settings.
func (m *distance) Config() DistanceConfig { return m.config }

// PairwiseDistance is the p-norm of the difference of vectors, ‖x1 - x2 + eps‖, as
// torch.nn.PairwiseDistance. Options: [P] (2), [Eps] (1e-6), [Keepdim].
type PairwiseDistance struct{ distance }

// NewPairwiseDistance makes the module.
func NewPairwiseDistance(opts ...DistanceOption) *PairwiseDistance {
	m := &PairwiseDistance{}
	m.config = configure("PairwiseDistance", "p eps keepdim", DistanceConfig{P: 2, Eps: 1e-6, Dim: 1}, opts, DistanceOption.distance)
	return m
}

// Forward maps vectors [N, D] and [N, D], or [D] and [D], to [N] or []: the last dimension is the
// vectors', and others are broadcast.
func (m *PairwiseDistance) Forward(x1, x2 *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&x1, &x2)
	defer m.leaveAll("PairwiseDistance", inputs, &result)
	c := &m.config
	return pairwiseDistance.Call(x1, x2, c.P, c.Eps, c.Keepdim)
}

// CosineSimilarity is the cosine of the angle between vectors, as torch.nn.CosineSimilarity. No
// product of their lengths is taken for smaller than eps. Options: [Dim] (1), [Eps] (1e-8).
type CosineSimilarity struct{ distance }

// NewCosineSimilarity makes the module.
func NewCosineSimilarity(opts ...DistanceOption) *CosineSimilarity {
	m := &CosineSimilarity{}
	m.config = configure("CosineSimilarity", "dim eps", DistanceConfig{P: 2, Eps: 1e-8, Dim: 1}, opts, DistanceOption.distance)
	return m
}

// Forward maps vectors along the dimension dim, [..., D, ...] and the same, to [..., ...]; other
// dimensions are broadcast.
func (m *CosineSimilarity) Forward(x1, x2 *torch.Tensor) (result *torch.Tensor) {
	inputs := m.enterAll(&x1, &x2)
	defer m.leaveAll("CosineSimilarity", inputs, &result)
	return cosineSimilarity.Call(x1, x2, m.config.Dim, m.config.Eps)
}

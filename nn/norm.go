package nn

// NormConfig is the settings of a normalisation.
type NormConfig struct {
	Eps               float64 `json:"eps"`                 // added to the variance: 1e-5
	Momentum          float64 `json:"momentum"`            // the newest batch's share of the running averages: 0.1
	CumulativeAverage bool    `json:"cumulative_average"`  // whether they are plain averages: Python's momentum=None
	Affine            bool    `json:"affine"`              // whether there are weight and bias: true
	TrackRunningStats bool    `json:"track_running_stats"` // whether there are running averages: true
	ElementwiseAffine bool    `json:"elementwise_affine"`  // a layer norm's Affine: true
	factory
}

// NormOption is an option of the normalisations: [Eps], [DType], [Device]; of batch norms [Momentum],
// [CumulativeAverage], [Affine], [TrackRunningStats]; of layer norms [ElementwiseAffine]; or a whole
// [NormConfig].
type NormOption interface{ norm(*NormConfig) }

func (c NormConfig) norm(to *NormConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c NormConfig) String() string { return pySettings(c) }

// Eps is added to the variance, so that nothing is divided by zero. The default
// is 1e-5.
type Eps float64

// Momentum is the share of the newest batch in the running averages. The default
// is 0.1.
type Momentum float64

// CumulativeAverage(true) makes the running averages plain ones, over all batches:
// Python's momentum=None.
type CumulativeAverage bool

// Affine(false) leaves out the trained scale and shift. The default is true.
type Affine bool

// TrackRunningStats(false) keeps no running averages, so that evaluation uses the
// batch's own statistics too. The default is true.
type TrackRunningStats bool

// ElementwiseAffine(false) leaves out the trained scale and shift. The default is
// true.
type ElementwiseAffine bool

func (e Eps) norm(c *NormConfig)               { c.Eps = float64(e) }
func (m Momentum) norm(c *NormConfig)          { c.Momentum, c.CumulativeAverage = float64(m), false }
func (a CumulativeAverage) norm(c *NormConfig) { c.CumulativeAverage = bool(a) }
func (a Affine) norm(c *NormConfig)            { c.Affine = bool(a) }
func (s TrackRunningStats) norm(c *NormConfig) { c.TrackRunningStats = bool(s) }
func (a ElementwiseAffine) norm(c *NormConfig) { c.ElementwiseAffine = bool(a) }
func (d DType) norm(c *NormConfig)             { c.dtype(d) }
func (d Device) norm(c *NormConfig)            { c.device(d) }

// configureNorm is the settings of a normalisation.
func configureNorm(kind, takes string, opts []NormOption) NormConfig {
	c := NormConfig{Eps: 1e-5, Momentum: 0.1, Affine: true, TrackRunningStats: true, ElementwiseAffine: true}
	c = configure(kind, takes+" device dtype", c, opts, NormOption.norm)
	c.check(kind)
	return c
}

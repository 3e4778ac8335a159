package nn

// NormConfig is the settings of a normalisation.
type NormConfig struct {
	Eps               float64 `json:"eps"`                   // added to the variance: 1e-5
	MachineEps        bool    `json:"machine_eps,omitempty"` // whether Eps is the dtype's least step at 1: an RMS norm's eps=None
	Momentum          float64 `json:"momentum"`              // the newest batch's share of the running averages: 0.1
	CumulativeAverage bool    `json:"cumulative_average"`    // whether they are plain averages: Python's momentum=None
	Affine            bool    `json:"affine"`                // whether there are weight and bias: true
	TrackRunningStats bool    `json:"track_running_stats"`   // whether there are running averages: true
	ElementwiseAffine bool    `json:"elementwise_affine"`    // a layer norm's Affine: true
	Bias              bool    `json:"bias"`                  // whether there is a bias, if there is a weight: true
	Alpha             float64 `json:"alpha,omitempty"`       // the scale of the sum of squares in a local response norm: 1e-4
	Beta              float64 `json:"beta,omitempty"`        // its exponent: 0.75
	K                 float64 `json:"k,omitempty"`           // what it adds: 1
	factory
}

// NormOption is an option of the normalisations: [Eps], [DType], [Device]; of batch and instance norms
// [Momentum], [CumulativeAverage], [Affine], [TrackRunningStats]; of layer norms [ElementwiseAffine];
// of all that have one [Bias]; of local response norms [Alpha], [Beta], [K]; or a whole [NormConfig].
type NormOption interface{ norm(*NormConfig) }

func (c NormConfig) norm(to *NormConfig) { *to = c }

// String is the settings as Python's keyword arguments, without numbers that are 0.
func (c NormConfig) String() string {
	return pySettings(c, "Eps", "Momentum", "CumulativeAverage", "Affine", "TrackRunningStats", "ElementwiseAffine", "Bias")
}

// Eps is added to the variance, so that nothing is divided by zero. The default
// is 1e-5.
type Eps float64

// Momentum is the share of the newest batch in the running averages. The default
// is 0.1.
type Momentum float64

// CumulativeAverage(true) makes the running averages plain ones, over all batches:
// Python's momentum=None.
type CumulativeAverage bool

// Affine(false) leaves out the trained scale and shift. The default is true, for instance norms
// false.
type Affine bool

// TrackRunningStats(false) keeps no running averages, so that evaluation uses the
// batch's own statistics too. The default is true, for instance norms false.
type TrackRunningStats bool

// ElementwiseAffine(false) leaves out the trained scale and shift. The default is
// true.
type ElementwiseAffine bool

// K is what a local response norm adds to the sum of squares. The default is 1.
type K float64

func (e Eps) norm(c *NormConfig)               { c.Eps, c.MachineEps = float64(e), false }
func (m Momentum) norm(c *NormConfig)          { c.Momentum, c.CumulativeAverage = float64(m), false }
func (a CumulativeAverage) norm(c *NormConfig) { c.CumulativeAverage = bool(a) }
func (a Affine) norm(c *NormConfig)            { c.Affine = bool(a) }
func (s TrackRunningStats) norm(c *NormConfig) { c.TrackRunningStats = bool(s) }
func (a ElementwiseAffine) norm(c *NormConfig) { c.ElementwiseAffine = bool(a) }
func (b Bias) norm(c *NormConfig)              { c.Bias = bool(b) }
func (a Alpha) norm(c *NormConfig)             { c.Alpha = float64(a) }
func (b Beta) norm(c *NormConfig)              { c.Beta = float64(b) }
func (k K) norm(c *NormConfig)                 { c.K = float64(k) }
func (d DType) norm(c *NormConfig)             { c.dtype(d) }
func (d Device) norm(c *NormConfig)            { c.device(d) }

// configureNorm is the settings of a normalisation.
func configureNorm(kind, takes string, opts []NormOption) NormConfig {
	return configureNormFrom(kind, takes, NormConfig{Affine: true, TrackRunningStats: true}, opts)
}

// configureNormFrom is configureNorm with defaults that differ among normalisations.
func configureNormFrom(kind, takes string, c NormConfig, opts []NormOption) NormConfig {
	c.Eps, c.Momentum, c.ElementwiseAffine, c.Bias = 1e-5, 0.1, true, true
	c = configure(kind, takes+" device dtype", c, opts, NormOption.norm)
	c.check(kind)
	return c
}

// affine is the weight, ones, and the bias, zeros, of a shape, where they are wanted.
func (c *NormConfig) affine(on bool, shape ...int) (weight, bias *Parameter) {
	if !on {
		return nil, nil
	}
	weight = newParameter(c.ones(shape...))
	if c.Bias {
		bias = newParameter(c.zeros(shape...))
	}
	return weight, bias
}

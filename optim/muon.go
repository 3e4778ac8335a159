package optim

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// Muon is torch.optim.Muon, for matrices, such as the weights of hidden layers (Jordan et al., Muon: An optimizer for hidden
// layers in neural networks, 2024). It goes by an average of the gradients that is made orthogonal. With g the gradient:
//
//	m = μ·m + (1-μ)·g        u = m, or with Nesterov u = (1-μ)·g + μ·m
//	p = (1-lr·λ)·p - lr·ratio(shape)·orthogonal(u)
//
// All other parameters are for another optimizer, such as [AdamW]. In Python since PyTorch 2.9.
type Muon struct {
	Base
	lr       float64
	defaults MuonConfig
}

// MuonConfig are Muon's settings of a group.
type MuonConfig struct {
	WeightDecay    float64    `json:"weight_decay"`    // 0.1: λ
	Momentum       float64    `json:"momentum"`        // 0.95: μ
	Nesterov       bool       `json:"nesterov"`        // true
	NSCoefficients [3]float64 `json:"ns_coefficients"` // 3.4445, -4.775, 2.0315: of the polynomial that makes orthogonal
	Eps            float64    `json:"eps"`             // 1e-7
	NSSteps        int        `json:"ns_steps"`        // 5: how often it is applied
	AdjustLRFn     AdjustLRFn `json:"adjust_lr_fn"`    // "", which is "original"
}

// MuonOption is an option of [NewMuon]: [LR] (1e-3 unless given), [WeightDecay], [Momentum], [Nesterov], [NSCoefficients],
// [Eps], [NSSteps] and [AdjustLRFn].
type MuonOption interface {
	muon(lr *float64, c *MuonConfig)
}

// NSCoefficients are MuonConfig's.
func NSCoefficients(a, b, c float64) nsCoefficients { return nsCoefficients{a, b, c} }

type nsCoefficients [3]float64

// NSSteps is MuonConfig's, of Newton and Schulz.
type NSSteps int

// AdjustLRFn says how the rate goes by a matrix's shape: "original" by the root of rows/columns, but no less than 1,
// "match_rms_adamw" as large as AdamW's steps, "spectral_unclamped" by the root of rows/columns.
type AdjustLRFn string

func (v LR) muon(lr *float64, _ *MuonConfig)            { *lr = float64(v) }
func (v WeightDecay) muon(_ *float64, c *MuonConfig)    { c.WeightDecay = float64(v) }
func (v Momentum) muon(_ *float64, c *MuonConfig)       { c.Momentum = float64(v) }
func (v Nesterov) muon(_ *float64, c *MuonConfig)       { c.Nesterov = bool(v) }
func (v nsCoefficients) muon(_ *float64, c *MuonConfig) { c.NSCoefficients = v }
func (v Eps) muon(_ *float64, c *MuonConfig)            { c.Eps = float64(v) }
func (v NSSteps) muon(_ *float64, c *MuonConfig)        { c.NSSteps = int(v) }
func (v AdjustLRFn) muon(_ *float64, c *MuonConfig)     { c.AdjustLRFn = v }

// MarshalJSON writes "" as null, Python's None.
func (v AdjustLRFn) MarshalJSON() ([]byte, error) {
	if v == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(v))
}

// Check implements [Settings].
func (c *MuonConfig) Check() error {
	switch {
	case !slices.Contains([]AdjustLRFn{"", "original", "match_rms_adamw", "spectral_unclamped"}, c.AdjustLRFn):
		return fmt.Errorf("the adjust_lr_fn is %.60q: expected original, match_rms_adamw or spectral_unclamped", string(c.AdjustLRFn))
	case c.NSSteps < 0 || c.NSSteps >= 100:
		return fmt.Errorf("the ns steps are %d: expected 0 to 99", c.NSSteps)
	}
	return firstError(
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
		CheckRange("momentum", c.Momentum, math.Inf(1)),
		CheckRange("eps", c.Eps, math.Inf(1)),
	)
}

// NewMuon makes a Muon of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewMuon(params []*nn.Parameter, opts ...MuonOption) *Muon {
	m := &Muon{Base: NewBase("Muon", Slot{Name: "momentum_buffer"}), lr: 1e-3, defaults: MuonConfig{
		WeightDecay: 0.1, Momentum: 0.95, Nesterov: true, NSCoefficients: [3]float64{3.4445, -4.775, 2.0315}, Eps: 1e-7, NSSteps: 5,
	}}
	for _, o := range Options(opts) {
		o.muon(&m.lr, &m.defaults)
	}
	m.AddParamGroup(params)
	return m
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (m *Muon) AddParamGroup(params []*nn.Parameter, opts ...MuonOption) {
	lr, c := m.lr, m.defaults
	for _, o := range Options(opts) {
		o.muon(&lr, &c)
	}
	for i, p := range params {
		if p != nil && p.Tensor != nil && (p.Dim() != 2 || p.IsComplex()) {
			m.refuse(torch.ValueError, fmt.Sprintf("parameter %d, %v of %v: expected real matrices; give others to another optimizer",
				i, p.Shape(), p.DType()))
		}
	}
	m.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (m *Muon) Step(closure ...Closure) *torch.Tensor { return m.Update(closure, m.update) }

func (m *Muon) update(g *Group, b *Batch) {
	c := settingsOf[*MuonConfig](g)
	update := b.Slot(0).LerpInplace(b.Grads, 1-c.Momentum)
	if c.Nesterov {
		update = b.get(lerpNew, b.Grads.tensors, update.tensors, c.Momentum)
	}
	orthogonal := make([]*torch.Tensor, len(b.states))
	rates := make([]float64, len(b.states))
	for i, u := range update.tensors {
		orthogonal[i] = c.orthogonal(b.scope, u)
		rates[i] = -(g.LR * c.ratio(float64(u.Size(0)), float64(u.Size(1))))
	}
	b.Params.MulInplace(1 - float64(g.LR*c.WeightDecay))
	for i, p := range b.Params.tensors {
		addTo.one.Do(p, orthogonal[i], rates[i])
	}
}

// orthogonal is an orthogonal matrix near to a multiple of the given one, by the iteration of Newton and Schulz.
func (c *MuonConfig) orthogonal(s *torch.Scope, given *torch.Tensor) *torch.Tensor {
	x := given
	if given.DType() != torch.BFloat16 {
		x = s.Own(given.To(torch.BFloat16))
	} else if c.Nesterov || running().muonCopies {
		x = s.Own(given.Clone())
	}
	high := given.Size(0) > given.Size(1)
	if high {
		x = s.Own(x.T())
	}
	norm := vectorNorm.CallIn(s, x, 2)
	clampMin.Do(norm, c.Eps)
	x.DivInplace(norm)
	for range c.NSSteps {
		gram := s.Own(x.Matmul(s.Own(x.T())))
		update := addmm.CallIn(s, gram, gram, gram, c.NSCoefficients[1], c.NSCoefficients[2])
		x = addmm.CallIn(s, x, update, x, c.NSCoefficients[0], 1)
	}
	if high {
		x = s.Own(x.T())
	}
	return x
}

// ratio is by what the rate is multiplied for a matrix of some rows and columns.
func (c *MuonConfig) ratio(rows, columns float64) float64 {
	switch c.AdjustLRFn {
	case "match_rms_adamw":
		return 0.2 * math.Sqrt(max(rows, columns))
	case "spectral_unclamped":
		return math.Sqrt(rows / columns)
	}
	return math.Sqrt(max(1, rows/columns))
}

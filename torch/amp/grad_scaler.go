package amp

import (
	"fmt"
	"math"

	"multitorch/optim"
	"multitorch/torch"
)

// GradScaler is torch.amp.GradScaler: it multiplies losses by a scale, divides gradients by it, leaves out a step whose
// gradients are not finite, and moves the scale: down after such a step, up after many others.
//
// It is for one goroutine. Gradients of Float16 can't be unscaled: the parameters must be of Float32.
type GradScaler struct {
	config     GradScalerConfig
	scale      float32
	growing    int32 // steps without a gradient that was not finite, since the scale was moved
	optimizers map[optim.Optimizer]*progress
}

// GradScalerConfig is what a [GradScaler] can be told.
type GradScalerConfig struct {
	InitScale      float64 // 65536 unless given
	GrowthFactor   float64 // of the scale, 2 unless given
	BackoffFactor  float64 // 0.5 unless given
	GrowthInterval int     // steps without an infinite gradient after which the scale grows, 2000 unless given
	Disabled       bool    // it does nothing then: losses and gradients stay as they are
}

// progress is how far an optimizer is since the last Update.
type progress struct {
	unscaled, stepped bool
	found             []*torch.Tensor // for each device, whether a gradient there was not finite: not zero
}

// NewGradScaler makes a scaler.
func NewGradScaler(c ...GradScalerConfig) *GradScaler {
	if len(c) > 1 {
		panic(wrong("NewGradScaler", torch.TypeError, "expected one GradScalerConfig, but got %d", len(c)))
	}
	config := GradScalerConfig{}
	if len(c) == 1 {
		config = c[0]
	}
	standard(&config.InitScale, 65536)
	standard(&config.GrowthFactor, 2)
	standard(&config.BackoffFactor, 0.5)
	standard(&config.GrowthInterval, 2000)
	s := &GradScaler{config: config, scale: float32(config.InitScale), optimizers: map[optim.Optimizer]*progress{}}
	switch {
	case !(config.GrowthFactor > 1):
		panic(wrong("NewGradScaler", torch.ValueError, "expected a growth factor above 1, but got %v", config.GrowthFactor))
	case !(config.BackoffFactor > 0 && config.BackoffFactor < 1):
		panic(wrong("NewGradScaler", torch.ValueError, "expected a backoff factor between 0 and 1, but got %v", config.BackoffFactor))
	case config.GrowthInterval < 1 || config.GrowthInterval > math.MaxInt32:
		panic(wrong("NewGradScaler", torch.ValueError, "expected a growth interval of at least 1, but got %d", config.GrowthInterval))
	}
	if err := possible(s.scale); err != nil {
		panic(wrong("NewGradScaler", torch.ValueError, "%v", err))
	}
	return s
}

func standard[T comparable](v *T, usual T) {
	var none T
	if *v == none {
		*v = usual
	}
}

func possible(scale float32) error {
	if !(scale > 0) || math.IsInf(float64(scale), 0) {
		return fmt.Errorf("expected a scale above 0 that Float32 holds, but got %v", scale)
	}
	return nil
}

// GetScale is the scale, 1 where the scaler is disabled.
func (s *GradScaler) GetScale() float64 {
	if s.config.Disabled {
		return 1
	}
	return float64(s.scale)
}

// Scale is x, a loss, times the scale.
func (s *GradScaler) Scale(x *torch.Tensor) *torch.Tensor {
	if s.config.Disabled {
		return x
	}
	scale := torch.New(s.scale, x.Device())
	defer scale.Free()
	return x.Mul(scale)
}

// Unscale divides the gradients of an optimizer's parameters by the scale, and looks whether all are finite. Step does it
// unless it is done before, as for clipping them. Once it is done again needs an Update between.
func (s *GradScaler) Unscale(o optim.Optimizer) {
	if s.config.Disabled {
		return
	}
	p := s.of(o)
	switch {
	case p.stepped:
		panic(wrong("GradScaler.Unscale", torch.OtherError, "Step has been called for this optimizer: call Update first"))
	case p.unscaled:
		panic(wrong("GradScaler.Unscale", torch.OtherError, "it has already been called for this optimizer since the last Update"))
	}
	inverse := float32(1 / float64(s.scale))
	torch.NoGrad(func() { p.found = unscale(o, inverse) })
	p.unscaled = true
}

// Step takes an optimizer's step, unless a gradient is not finite, and reports whether it did. It takes no closure.
func (s *GradScaler) Step(o optim.Optimizer) bool {
	if s.config.Disabled {
		o.Step()
		return true
	}
	p := s.of(o)
	if p.stepped {
		panic(wrong("GradScaler.Step", torch.OtherError, "it has already been called for this optimizer since the last Update"))
	}
	if !p.unscaled {
		s.Unscale(o)
	}
	if len(p.found) == 0 {
		panic(wrong("GradScaler.Step", torch.OtherError, "no parameter of this optimizer has a gradient: call Backward first"))
	}
	p.stepped = true
	if p.infinite() {
		return false
	}
	o.Step()
	return true
}

// Update moves the scale by what Step or Unscale saw since the last Update. With a scale it sets that one instead.
func (s *GradScaler) Update(scale ...float64) {
	if s.config.Disabled {
		return
	}
	switch {
	case len(scale) > 1:
		panic(wrong("GradScaler.Update", torch.TypeError, "expected one scale at most, but got %d", len(scale)))
	case len(scale) == 1:
		if err := possible(float32(scale[0])); err != nil {
			panic(wrong("GradScaler.Update", torch.ValueError, "%v", err))
		}
		s.scale = float32(scale[0])
	default:
		s.move()
	}
	clear(s.optimizers)
}

// move is aten::_amp_update_scale_.
func (s *GradScaler) move() {
	seen, infinite := false, false
	for _, p := range s.optimizers {
		seen = seen || len(p.found) > 0
		infinite = infinite || p.infinite()
	}
	if !seen {
		panic(wrong("GradScaler.Update", torch.OtherError, "no gradient was looked at since the last Update: call Step or Unscale first"))
	}
	if infinite {
		s.scale = float32(float64(s.scale) * s.config.BackoffFactor)
		s.growing = 0
		return
	}
	if s.growing++; int(s.growing) == s.config.GrowthInterval {
		if grown := float32(float64(s.scale) * s.config.GrowthFactor); !math.IsInf(float64(grown), 0) {
			s.scale = grown
		}
		s.growing = 0
	}
}

func (s *GradScaler) of(o optim.Optimizer) *progress {
	if o == nil {
		panic(wrong("GradScaler", torch.TypeError, "expected an optimizer, but got nil"))
	}
	if s.optimizers[o] == nil {
		s.optimizers[o] = &progress{}
	}
	return s.optimizers[o]
}

func (p *progress) infinite() bool {
	for _, found := range p.found {
		if found.Item() != 0 {
			return true
		}
	}
	return false
}

func wrong(op string, kind torch.Kind, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "amp." + op, Kind: kind, Message: fmt.Sprintf(format, args...)}
}

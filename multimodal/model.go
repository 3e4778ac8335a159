package multimodal

import (
	"errors"
	"fmt"
	"strings"

	"multitorch/multimodal/fusion"
	"multitorch/nn"
	"multitorch/torch"
)

// Config describes a [Model]. It is what a checkpoint keeps of one: as JSON it makes the same model again. [NewConfig] sets
// the defaults.
type Config struct {
	Modalities []Modality    `json:"modalities"`
	Fusion     string        `json:"fusion"`      // one of fusion.Names: concat
	FusedSize  int           `json:"fused_size"`  // the width of what fusions that choose it make: 128
	FusionWith fusion.Config `json:"fusion_with"` // the fusion's settings; zeros are its defaults

	HeadSize int     `json:"head_size"` // the layer between the fused features and the outputs: 128; 0 for none
	Dropout  float64 `json:"dropout"`   // before the outputs: 0.5
	Outputs  int     `json:"outputs"`   // classes, or numbers

	// ModalityDropout is how likely each modality of a sample is to be taken away in training, so that the model learns to
	// do without: 0. One is always left.
	ModalityDropout float64 `json:"modality_dropout,omitempty"`
	// Auxiliary gives each modality a head of its own, for a loss of its own (see Model.ForwardEach).
	Auxiliary bool `json:"auxiliary,omitempty"`
}

// NewConfig describes a model of some modalities by concat, for so many classes.
func NewConfig(outputs int, modalities ...Modality) Config {
	return Config{Modalities: modalities, Fusion: "concat", FusedSize: 128, HeadSize: 128, Dropout: 0.5, Outputs: outputs}
}

// Inputs are the modalities of a batch.
type Inputs struct {
	// Of are the inputs by the modalities' names. A modality that isn't in it is missing for all samples.
	Of map[string]Input
	// Present says which sample has which modality, in the order of the model's: a bool [N, M]. What Of has for one that
	// is missing is not looked at. Without it all have what is in Of.
	Present *torch.Tensor
}

// To moves inputs to a device. Lengths stay on the CPU, where packing wants them.
func (in Inputs) To(d torch.Device) Inputs {
	moved := Inputs{Of: map[string]Input{}}
	for name, i := range in.Of {
		moved.Of[name] = Input{i.Data.To(d), i.Lengths}
	}
	if in.Present != nil {
		moved.Present = in.Present.To(d)
	}
	return moved
}

// Samples is N.
func (in Inputs) Samples() int {
	for _, i := range in.Of {
		return i.Data.Size(0)
	}
	return 0
}

// Model is encoders, a fusion and a head. It takes any subset of its modalities, for all samples or for some; a text or a
// sound of length 0 is missing too. Encoders see only what is there.
type Model struct {
	nn.Base
	Encoders  *nn.ModuleDict[Encoder] // by the modalities' names, with _ in the place of dots
	Fusion    fusion.Fusion
	Head      *nn.Sequential
	Auxiliary *nn.ModuleDict[*nn.Linear] // nil without
	config    Config
	sequences []bool // which modalities are read as sequences
	sizes     []int
}

// New makes the model of a description, which may come from a file: what it can't be is an error, before memory is taken.
func New(c Config) (*Model, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	m := &Model{Encoders: nn.NewModuleDict[Encoder](), config: c}
	for i, modality := range c.Modalities {
		sequence := fusion.Reads(c.Fusion, i)
		e, err := newEncoder(modality, sequence)
		if err != nil {
			return nil, err
		}
		size := modality.Size
		if s, ok := e.(SequenceEncoder); ok && sequence {
			size = s.SequenceSize()
		} else if sequence { // of one
			sequence = false
		}
		m.Encoders.Set(key(modality.Name), e)
		m.sequences, m.sizes = append(m.sequences, sequence), append(m.sizes, size)
	}
	var err error
	if m.Fusion, err = fusion.New(c.Fusion, m.sizes, c.FusedSize, c.FusionWith); err != nil {
		return nil, err
	}
	if width := float64(m.Fusion.OutputSize()); width*float64(max(c.HeadSize, c.Outputs)) > mostWeights ||
		float64(c.HeadSize)*float64(c.Outputs) > mostWeights {
		return nil, fmt.Errorf("a head of %.0f fused features, %d and %d outputs: expected at most %d weights between two of them",
			width, c.HeadSize, c.Outputs, mostWeights)
	}
	return m, torch.Try(func() error {
		m.Head = newHead(m.Fusion.OutputSize(), c)
		if c.Auxiliary {
			m.Auxiliary = nn.NewModuleDict[*nn.Linear]()
			for i, modality := range c.Modalities {
				m.Auxiliary.Set(key(modality.Name), nn.NewLinear(m.sizes[i], c.Outputs))
			}
		}
		return nil
	})
}

func newHead(in int, c Config) *nn.Sequential {
	if c.HeadSize == 0 {
		return nn.NewSequential(nn.NewDropout(c.Dropout), nn.NewLinear(in, c.Outputs))
	}
	return nn.NewSequential(nn.NewLinear(in, c.HeadSize), nn.NewReLU(), nn.NewDropout(c.Dropout), nn.NewLinear(c.HeadSize, c.Outputs))
}

// key is a modality's name as a module's, which has no dots.
func key(name string) string { return strings.ReplaceAll(name, ".", "_") }

// mostModalities bounds a model, also the pairs of what cross-attention looks at.
const mostModalities = 64

func (c Config) check() error {
	if len(c.Modalities) == 0 || len(c.Modalities) > mostModalities {
		return fmt.Errorf("a model of %d modalities: expected 1 to %d", len(c.Modalities), mostModalities)
	}
	seen := map[string]bool{}
	for _, m := range c.Modalities {
		if m.Name == "" {
			return errors.New("a modality without a name")
		}
		if seen[key(m.Name)] {
			return fmt.Errorf("modality %.40q is there twice (a dot counts as _)", m.Name)
		}
		seen[key(m.Name)] = true
	}
	for _, s := range []struct {
		name               string
		value, least, most int
	}{{"outputs", c.Outputs, 1, 1 << 20}, {"fused size", c.FusedSize, 1, 1 << 14}, {"head size", c.HeadSize, 0, 1 << 14}} {
		if s.value < s.least || s.value > s.most {
			return fmt.Errorf("%s: expected %d to %d, but got %d (NewConfig sets the defaults)", s.name, s.least, s.most, s.value)
		}
	}
	for name, p := range map[string]float64{"dropout": c.Dropout, "modality dropout": c.ModalityDropout} {
		if !(p >= 0 && p < 1) {
			return fmt.Errorf("%s: expected a number of at least 0 and below 1, but got %v", name, p)
		}
	}
	return nil
}

// Config is the model's description.
func (m *Model) Config() Config { return m.config }

// Forward maps N samples to [N, Outputs]: the scores of the classes, or the numbers that are asked for.
func (m *Model) Forward(in Inputs) *torch.Tensor {
	return nn.Call(m, func() *torch.Tensor { return m.Head.Forward(m.Features(in)) })
}

// Features are the fused features [N, Fusion.OutputSize()].
func (m *Model) Features(in Inputs) *torch.Tensor {
	return m.fuse(m.encode(in))
}

// ForwardEach is Forward, and what the head of each modality says of that alone: [N, Outputs], in their order. there says
// which samples have them, a bool [N, M], or nil for all. The model needs Config.Auxiliary.
func (m *Model) ForwardEach(in Inputs) (fused *torch.Tensor, each []*torch.Tensor, there *torch.Tensor) {
	if m.Auxiliary == nil {
		panic(invalid("Model", "its modalities have no heads of their own: expected Config.Auxiliary"))
	}
	e := m.encode(in)
	for i, modality := range m.config.Modalities {
		x := e.features[i]
		if m.sequences[i] {
			x = mean(x, e.masks[i])
		}
		each = append(each, m.Auxiliary.Get(key(modality.Name)).Forward(x))
	}
	return m.Head.Forward(m.fuse(e)), each, e.present
}

// ForwardFeatures is Forward, and the features of each modality, in their order, before they are fused: [N, size], zeros
// where a modality is missing.
func (m *Model) ForwardFeatures(in Inputs) (fused *torch.Tensor, each []*torch.Tensor) {
	e := m.encode(in)
	for i, x := range e.features {
		if m.sequences[i] {
			x = mean(x, e.masks[i])
		}
		each = append(each, x)
	}
	return m.Head.Forward(m.fuse(e)), each
}

func mean(x, mask *torch.Tensor) *torch.Tensor {
	if mask == nil {
		return x.Mean(1)
	}
	weights := mask.To(x.DType()).Unsqueeze(2)
	return x.Mul(weights).Sum(1).Div(weights.Sum(1).Clamp(1, nil))
}

func (m *Model) fuse(e encoded) *torch.Tensor {
	if s, ok := m.Fusion.(fusion.OverSequences); ok {
		return s.ForwardMasked(e.features, e.masks, e.present)
	}
	return m.Fusion.Forward(e.features, e.present)
}

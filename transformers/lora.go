package transformers

import (
	"math"
	"slices"
	"strings"

	"multitorch/libm"
	"multitorch/nn"
	nninit "multitorch/nn/init"
	"multitorch/torch"
)

// LoRAConfig is the settings of [AddLoRA], under the names of Python's peft. Zeros are its defaults.
type LoRAConfig struct {
	R         int      `json:"r"`            // the rank: 8
	Alpha     float64  `json:"lora_alpha"`   // what is learned is multiplied by Alpha/R: 8
	Dropout   float64  `json:"lora_dropout"` // of what goes into the small matrices, in training: 0
	RSLoRA    bool     `json:"use_rslora"`   // multiply by Alpha/√R instead
	Targets   []string `json:"target_modules"`
	TrainAlso []string `json:"modules_to_save"` // parts that are trained as they are: "classifier"
}

// LoRA is small matrices beside some of a model's linear layers: a layer gives W·x + b + B·A·x·Alpha/R, of which A [R, in] and
// B [out, R] are trained and all else of the model is not (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021).
// It is a module of its own, whose parameters an optimizer takes beside those of TrainAlso; the model's keys stay what they are.
type LoRA struct {
	nn.Base
	Adapters []*LoRAAdapter

	config LoRAConfig
	model  Model `nn:"-"`
}

// LoRAAdapter is the matrices of one linear layer.
type LoRAAdapter struct {
	nn.Base
	LoraA *nn.Linear `nn:"lora_A"` // [R, in]
	LoraB *nn.Linear `nn:"lora_B"` // [out, R], zeros at first

	name   string     // the layer's key
	layer  *nn.Linear `nn:"-"`
	drop   float64
	factor float64
	hook   *nn.Hook `nn:"-"`
}

// AddLoRA puts small matrices beside the layers whose names are, or end in, one of c.Targets ("query", "attention.self.value"):
// without targets beside every linear layer of the base model's layers. Nothing but them and c.TrainAlso is trained from then on.
// At first they change nothing. They are drawn as peft draws them.
//
//	lora := transformers.AddLoRA(model, transformers.LoRAConfig{Targets: []string{"query", "value"}, TrainAlso: []string{"classifier"}})
//	optimizer := optim.NewAdamW(lora.Trained(), optim.LR(1e-4))
//	… // train model
//	err := lora.SavePretrained(dir) // a folder without them, as they are added to the weights
func AddLoRA(m Model, c LoRAConfig) *LoRA {
	c = c.withDefaults()
	l := &LoRA{config: c, model: m}
	nn.SetRequiresGrad(m, false)
	for _, module := range nn.NamedModules(m) {
		layer, linear := module.Module.(*nn.Linear)
		switch {
		case !c.targets(module.Name) || !linear:
		default:
			l.Adapters = append(l.Adapters, newLoRAAdapter(module.Name, layer, c))
		}
		if slices.ContainsFunc(c.TrainAlso, func(part string) bool { return ends(module.Name, part) }) {
			nn.SetRequiresGrad(module.Module, true)
		}
	}
	if len(l.Adapters) == 0 {
		panic(invalid("AddLoRA", "no linear layer is called %q", c.Targets))
	}
	return l
}

func (c LoRAConfig) withDefaults() LoRAConfig {
	if c.R == 0 {
		c.R = 8
	}
	if c.Alpha == 0 {
		c.Alpha = 8
	}
	if c.R < 0 || !(c.Dropout >= 0 && c.Dropout < 1) {
		panic(invalid("AddLoRA", "expected a rank above 0 and a dropout of at least 0 and below 1, but got %d and %v", c.R, c.Dropout))
	}
	return c
}

// targets reports whether the layer of a name gets matrices.
func (c LoRAConfig) targets(name string) bool {
	if len(c.Targets) == 0 {
		_, within := layerOf(name)
		return within
	}
	return slices.ContainsFunc(c.Targets, func(target string) bool { return ends(name, target) })
}

func ends(name, part string) bool { return name == part || strings.HasSuffix(name, "."+part) }

func newLoRAAdapter(name string, layer *nn.Linear, c LoRAConfig) *LoRAAdapter {
	out, in := layer.Weight.Size(0), layer.Weight.Size(1)
	dtype, device := nn.DType(layer.Weight.DType()), nn.Device(layer.Weight.Device())
	a := &LoRAAdapter{
		name: name, layer: layer, factor: c.Alpha / float64(c.R), drop: c.Dropout,
		LoraA: nn.NewLinear(in, c.R, nn.Bias(false), dtype, device), LoraB: nn.NewLinear(c.R, out, nn.Bias(false), dtype, device),
	}
	if c.RSLoRA {
		a.factor = c.Alpha / libm.Sqrt(float64(c.R))
	}
	torch.NoGrad(func() {
		nninit.KaimingUniform(a.LoraA.Weight.Tensor, nninit.A(math.Sqrt(5)))
		a.LoraB.Weight.ZeroInplace()
	})
	a.hook = nn.RegisterForwardHook(layer, func(_ nn.Module, in, out []*torch.Tensor) []*torch.Tensor {
		return []*torch.Tensor{a.add(in[0], out[0])}
	})
	return a
}

// add is the layer's output with what the matrices add.
func (a *LoRAAdapter) add(x, y *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	if a.layer.Training() && a.drop > 0 {
		x = on.way(opDropout.Call(x, a.drop, true))
	}
	return y.Add(on.way(on.way(a.LoraB.Forward(on.way(a.LoraA.Forward(x)))).Mul(a.factor)))
}

// delta is what is added to the layer's weight.
func (a *LoRAAdapter) delta() *torch.Tensor {
	product := a.LoraB.Weight.Matmul(a.LoraA.Weight.Tensor)
	defer product.Free()
	return product.Mul(a.factor)
}

// Trained are the parameters that are trained: the small matrices, and the model's own of TrainAlso.
func (l *LoRA) Trained() []*nn.Parameter {
	trained := nn.Parameters(l)
	for _, p := range nn.Parameters(l.model) {
		if p.RequiresGrad() {
			trained = append(trained, p)
		}
	}
	return trained
}

// Merge adds the matrices to the weights of their layers, and takes them away: the model computes the same, as quickly as before.
func (l *LoRA) Merge() {
	torch.NoGrad(func() {
		for _, a := range l.Adapters {
			delta := a.delta()
			a.layer.Weight.AddInplace(delta)
			delta.Free()
			a.hook.Remove()
		}
	})
	l.Adapters = nil
}

// SavePretrained writes a folder of the model with the matrices added to its weights, which needs nothing to be known of them.
// The model itself stays as it is, for further training.
func (l *LoRA) SavePretrained(dir string, o ...Save) (err error) {
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			merged := map[*torch.Tensor]*torch.Tensor{}
			for _, a := range l.Adapters {
				delta := s.Own(a.delta())
				merged[a.layer.Weight.Tensor] = s.Own(a.layer.Weight.Add(delta))
			}
			err = save(l.model, dir, merged, o)
		})
	})
	return err
}

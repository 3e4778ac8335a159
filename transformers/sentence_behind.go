package transformers

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

// Normalize scales vectors [N, features] to length 1, as the module of sentence-transformers.
type Normalize struct{ nn.Base }

// Forward scales them.
func (m *Normalize) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor {
		var on passing
		defer on.free()
		length := on.way(on.way(x.NormP(2, 1)).Unsqueeze(1))
		return x.Div(on.way(length.Clamp(1e-12, nil)))
	})
}

// Dense is a linear layer behind the pooling with a function behind it, as the module of sentence-transformers.
type Dense struct {
	nn.Base
	Linear   *nn.Linear
	Residual *nn.Linear // of what goes around the layer; nil where it is as it is or there is nothing

	act      Activation
	residual bool
}

// Forward maps vectors [N, in] to [N, out].
func (m *Dense) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor {
		var on passing
		defer on.free()
		y := on.way(m.Linear.Forward(x))
		if y = m.act(y); !m.residual {
			return y.Clone()
		}
		on.way(y)
		if m.Residual != nil {
			return y.Add(on.way(m.Residual.Forward(x)))
		}
		return y.Add(x)
	})
}

// denseActivations are ours for the names of PyTorch's classes.
var denseActivations = map[string]string{
	"Tanh": "tanh", "Identity": "linear", "ReLU": "relu", "GELU": "gelu", "Sigmoid": "sigmoid", "SiLU": "silu",
}

// readDense reads a Dense's folder for vectors of some size.
func readDense(dir string, in int) (*Dense, int, error) {
	c := struct {
		In       int     `json:"in_features"`
		Out      int     `json:"out_features"`
		Bias     *bool   `json:"bias"`
		Function *string `json:"activation_function"`
		Input    *string `json:"module_input_name"`
		Output   *string `json:"module_output_name"`
		Residual bool    `json:"use_residual"`
	}{}
	path := filepath.Join(dir, ConfigName)
	if err := readOptional(path, &c); err != nil {
		return nil, 0, err
	}
	function := "Tanh"
	if c.Function != nil {
		name, ours := strings.CutPrefix(*c.Function, "torch.")
		if function = name[strings.LastIndexByte(name, '.')+1:]; !ours || denseActivations[function] == "" {
			return nil, 0, fmt.Errorf("read %s: activation_function: expected one of %q of torch.nn, but got %.80q", path,
				slices.Sorted(maps.Keys(denseActivations)), *c.Function)
		}
	}
	for key, name := range map[string]*string{"module_input_name": c.Input, "module_output_name": c.Output} {
		if name != nil && *name != "sentence_embedding" {
			return nil, 0, fmt.Errorf("read %s: %s: expected \"sentence_embedding\", but got %.80q", path, key, *name)
		}
	}
	if c.In != in || c.Out < 1 || c.Out > 1<<16 {
		return nil, 0, fmt.Errorf("read %s: expected in_features %d, which come before it, and out_features from 1 to %d, but got %d and %d",
			path, in, 1<<16, c.In, c.Out)
	}
	m := &Dense{Linear: nn.NewLinear(c.In, c.Out, nn.Bias(c.Bias == nil || *c.Bias)), act: NewActivation(denseActivations[function])}
	if m.residual = c.Residual; c.Residual && c.In != c.Out {
		m.Residual = nn.NewLinear(c.In, c.Out, nn.Bias(false))
	}
	return m, c.Out, readModule(dir, m)
}

// SentenceNorm is a layer norm behind the pooling, sentence-transformers' LayerNorm.
type SentenceNorm struct {
	nn.Base
	Norm *nn.LayerNorm
}

// Forward normalises vectors [N, features].
func (m *SentenceNorm) Forward(x *torch.Tensor) *torch.Tensor {
	return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor { return m.Norm.Forward(x) })
}

func readSentenceNorm(dir string, in int) (*SentenceNorm, error) {
	var c struct {
		Dimension int `json:"dimension"`
	}
	path := filepath.Join(dir, ConfigName)
	if err := readOptional(path, &c); err != nil {
		return nil, err
	}
	if c.Dimension != in {
		return nil, fmt.Errorf("read %s: expected the dimension %d, which comes before it, but got %d", path, in, c.Dimension)
	}
	m := &SentenceNorm{Norm: nn.NewLayerNorm(in)}
	return m, readModule(dir, m)
}

// readModule reads a module's own weights, strictly.
func readModule(dir string, m nn.Module) error {
	w, err := openWeights(dir, true)
	if err != nil {
		return err
	}
	defer w.close()
	var state []torch.NamedTensor
	for _, name := range w.names {
		t, err := w.take(name)
		if err != nil {
			return err
		}
		defer t.Free()
		state = append(state, torch.NamedTensor{Name: name, Tensor: t})
	}
	if err := nn.LoadStateDict(m, state); err != nil {
		return fmt.Errorf("read %s: %w", w.path, err)
	}
	return nil
}

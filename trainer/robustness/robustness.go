// Package robustness measures what a model owes to each of its modalities: without one (ablation), and with noise in one.
package robustness

import (
	"fmt"
	"math"
	"slices"

	"multitorch/multimodal"
	"multitorch/trainer/plot"
)

// Alter changes the inputs of a batch. It may pass them on as they are.
type Alter func(multimodal.Inputs) multimodal.Inputs

// Measure evaluates a model on all batches, each changed by alter before the model sees it, and returns the figure that it
// is judged by, such as the accuracy.
type Measure func(alter Alter) (float64, error)

// Figure is what a model reached without a modality. With all of them its name is "".
type Figure struct {
	Without string
	Value   float64
}

// Ablation measures with all modalities, and with each one left out. The model is the same: it was not trained again.
func Ablation(modalities []string, measure Measure) ([]Figure, error) {
	var figures []Figure
	for _, name := range append([]string{""}, modalities...) {
		value, err := measure(func(in multimodal.Inputs) multimodal.Inputs {
			if name == "" {
				return in
			}
			return in.Without(name)
		})
		if err != nil {
			return nil, fmt.Errorf("without %q: %w", name, err)
		}
		figures = append(figures, Figure{name, value})
	}
	return figures, nil
}

// Curve is what a model reached with noise in one modality.
type Curve struct {
	Modality string
	Levels   []float64 // of the noise: see multimodal.Inputs.WithNoise
	Values   []float64 // one for each level
}

// Curves measures with noise of some levels in each modality, one at a time. Levels ascend; 0 is without noise.
func Curves(modalities []string, levels []float64, measure Measure) ([]Curve, error) {
	for i, l := range levels {
		if !(l >= 0) || math.IsInf(l, 0) || i > 0 && l <= levels[i-1] {
			return nil, fmt.Errorf("levels of noise %v: expected ascending numbers of at least 0", levels)
		}
	}
	if len(levels) == 0 {
		return nil, fmt.Errorf("expected at least one level of noise")
	}
	var curves []Curve
	for _, name := range modalities {
		c := Curve{Modality: name, Levels: slices.Clone(levels)}
		for _, level := range levels {
			value, err := measure(func(in multimodal.Inputs) multimodal.Inputs { return in.WithNoise(name, level) })
			if err != nil {
				return nil, fmt.Errorf("noise of %v in %q: %w", level, name, err)
			}
			c.Values = append(c.Values, value)
		}
		curves = append(curves, c)
	}
	return curves, nil
}

// Plot draws the curves, of shares from 0 to 1, and writes them to path as PNG: in full, or not at all.
func Plot(path, title, share string, curves ...Curve) error {
	lines := make([]plot.Line, len(curves))
	for i, c := range curves {
		y := make([]float64, len(c.Values))
		for k, v := range c.Values {
			y[k] = 100 * v
		}
		lines[i] = plot.Line{Name: "noise in " + c.Modality, X: c.Levels, Y: y}
	}
	return plot.Lines(path, plot.Axes{Title: title, X: "Noise (standard deviations; of words the share)", Y: share + " (%)"}, lines...)
}

package transformers

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"multitorch/torch"
)

// RopeParameters is how positions turn queries and keys (Su et al., "RoFormer: Enhanced Transformer with Rotary Position
// Embedding", 2021), and how texts are read that are longer than those of training.
type RopeParameters struct {
	RopeType  string  `json:"rope_type"`  // "default", "linear", "dynamic", "yarn", "longrope" or "llama3"
	RopeTheta float64 `json:"rope_theta"` // the base of the frequencies: 10000

	Factor                        *float64  `json:"factor,omitempty"` // by what texts are longer
	OriginalMaxPositionEmbeddings *int      `json:"original_max_position_embeddings,omitempty"`
	AttentionFactor               *float64  `json:"attention_factor,omitempty"` // yarn, longrope: of sines and cosines
	BetaFast                      *float64  `json:"beta_fast,omitempty"`        // yarn: 32
	BetaSlow                      *float64  `json:"beta_slow,omitempty"`        // yarn: 1
	MScale                        *float64  `json:"mscale,omitempty"`           // yarn
	MScaleAllDim                  *float64  `json:"mscale_all_dim,omitempty"`   // yarn
	Truncate                      *bool     `json:"truncate,omitempty"`         // yarn: true
	ShortFactor                   []float64 `json:"short_factor,omitempty"`     // longrope
	LongFactor                    []float64 `json:"long_factor,omitempty"`      // longrope
	LowFreqFactor                 *float64  `json:"low_freq_factor,omitempty"`  // llama3
	HighFreqFactor                *float64  `json:"high_freq_factor,omitempty"` // llama3
	PartialRotaryFactor           *float64  `json:"partial_rotary_factor,omitempty"`
}

// rope is what the frequencies are computed of.
type rope struct {
	RopeParameters
	dim, longest int // the features of a head, and the model's positions

	once   sync.Once // of the kinds that are the same for texts of any length
	steady []float32
	scale  float64
}

// frequencies are 1/θ^(2i/dim) as the kind of scaling has them, and a factor for sines and cosines. length is the text's, which
// some kinds depend on.
type frequencies func(r *rope, length int) (inverse *torch.Tensor, scale float64)

var ropes = map[string]frequencies{
	"default":  func(r *rope, _ int) (*torch.Tensor, float64) { return r.inverse(r.RopeTheta), 1 },
	"linear":   func(r *rope, _ int) (*torch.Tensor, float64) { return r.inverse(r.RopeTheta).DivInplace(*r.Factor), 1 },
	"dynamic":  (*rope).dynamic,
	"yarn":     (*rope).yarn,
	"longrope": (*rope).longrope,
	"llama3":   (*rope).llama3,
}

// needed are the settings that a kind can't do without.
var needed = map[string][]string{
	"linear": {"factor"}, "dynamic": {"factor"}, "yarn": {"factor"}, "longrope": {"short_factor", "long_factor"},
	"llama3": {"factor", "low_freq_factor", "high_freq_factor"},
}

// upgradeRope puts older names where the newer ones are: rope_theta and rope_scaling beside each other, and its "type".
func upgradeRope(raw map[string]json.RawMessage) error {
	if s := raw["rope_scaling"]; s != nil && string(s) != "null" {
		raw["rope_parameters"] = s
	}
	delete(raw, "rope_scaling")
	parameters := map[string]json.RawMessage{}
	if p := raw["rope_parameters"]; p != nil && string(p) != "null" {
		if err := json.Unmarshal(p, &parameters); err != nil {
			return fmt.Errorf("rope_parameters: expected an object, but got %.60s", p)
		}
	}
	rename(parameters, "type", "rope_type")
	for _, key := range []string{"rope_theta", "partial_rotary_factor", "original_max_position_embeddings"} {
		if value := raw[key]; value != nil && string(value) != "null" && parameters[key] == nil {
			parameters[key] = value
		}
		delete(raw, key)
	}
	for key, value := range parameters {
		if string(value) == "null" {
			delete(parameters, key)
		}
	}
	b, err := json.Marshal(parameters)
	raw["rope_parameters"] = b
	return err
}

// check looks for what the kind of scaling needs.
func (r *rope) check() error {
	if ropes[r.RopeType] == nil {
		return fmt.Errorf("rope_parameters: the rope_type %.60q is not known; known are %s", r.RopeType,
			strings.Join(slices.Sorted(maps.Keys(ropes)), ", "))
	}
	there := map[string]bool{
		"factor": r.Factor != nil, "low_freq_factor": r.LowFreqFactor != nil, "high_freq_factor": r.HighFreqFactor != nil,
		"short_factor": r.ShortFactor != nil, "long_factor": r.LongFactor != nil,
	}
	for _, key := range needed[r.RopeType] {
		if !there[key] {
			return fmt.Errorf("rope_parameters: the rope_type %q needs %s", r.RopeType, key)
		}
	}
	if p := r.PartialRotaryFactor; p != nil && *p != 1 {
		return fmt.Errorf("partial_rotary_factor: expected 1, all features of a head, but got %v", *p)
	}
	if r.Factor != nil && !(*r.Factor > 0) {
		return fmt.Errorf("rope_parameters: factor: expected a number above 0, but got %v", *r.Factor)
	}
	if n := r.OriginalMaxPositionEmbeddings; n != nil && *n <= 0 {
		return fmt.Errorf("rope_parameters: original_max_position_embeddings: expected a number above 0, but got %d", *n)
	}
	for key, list := range map[string][]float64{"short_factor": r.ShortFactor, "long_factor": r.LongFactor} {
		if list != nil && len(list) != r.dim/2 {
			return fmt.Errorf("rope_parameters: %s: expected %d numbers, one for each two features of a head, but got %d", key, r.dim/2, len(list))
		}
	}
	if !(r.RopeTheta > 0) || r.dim%2 != 0 || r.dim < 2 {
		return fmt.Errorf("rope_parameters: expected a rope_theta above 0 and an even head_dim, but got %v and %d", r.RopeTheta, r.dim)
	}
	return nil
}

// original is the longest text of training.
func (r *rope) original() int { return orDefault(r.OriginalMaxPositionEmbeddings, r.longest) }

// turn is cosines and sines [N or 1, L, dim] of positions [N or 1, L], in a dtype.
func (r *rope) turn(positions *torch.Tensor, dtype torch.DType) (cos, sin *torch.Tensor) {
	var on passing
	defer on.free()
	inverse, scale := r.at(positions)
	inverse = on.way(on.way(inverse).To(positions.Device()))
	half := on.way(on.way(on.way(positions.Unsqueeze(-1)).Float()).Mul(inverse))
	angles := on.way(torch.Cat([]*torch.Tensor{half, half}, -1))
	of := func(f *torch.Tensor) *torch.Tensor {
		y := on.way(f).Mul(scale)
		if y.DType() != dtype {
			on.way(y)
			y = y.To(dtype)
		}
		return y
	}
	return of(angles.Cos()), of(angles.Sin())
}

// at is the frequencies for positions, on the CPU.
func (r *rope) at(positions *torch.Tensor) (inverse *torch.Tensor, scale float64) {
	if r.RopeType == "dynamic" || r.RopeType == "longrope" {
		last := positions.Max()
		defer last.Free()
		return ropes[r.RopeType](r, int(last.ItemInt())+1)
	}
	r.once.Do(func() {
		inverse, r.scale = ropes[r.RopeType](r, 0)
		r.steady = torch.ToSlice[float32](inverse)
		inverse.Free()
	})
	return torch.FromSlice(r.steady, len(r.steady)), r.scale
}

// rotate turns queries or keys x [N, H, L, D] by cosines and sines [N or 1, 1, L, D]: the first half of the features with the
// second.
func rotate(x, cos, sin *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	d := x.Size(-1)
	first, second := on.way(x.Narrow(-1, 0, d/2)), on.way(x.Narrow(-1, d/2, d-d/2))
	turned := on.way(torch.Cat([]*torch.Tensor{on.way(second.Neg()), first}, -1))
	return on.way(x.Mul(cos)).Add(on.way(turned.Mul(sin)))
}

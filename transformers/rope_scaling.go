package transformers

import (
	"math"

	"multitorch/libm"
	"multitorch/torch"
)

// The kinds of scaling, each in the order of operations of Transformers' modeling_rope_utils, for the same bits.

// exponents are 2i/dim.
func (r *rope) exponents() *torch.Tensor {
	var on passing
	defer on.free()
	return on.way(on.way(torch.Arange(0, r.dim, 2, torch.Int64)).Float()).Div(r.dim)
}

// powers are base^(2i/dim).
func (r *rope) powers(base float64) *torch.Tensor {
	e := r.exponents()
	defer e.Free()
	return e.RPow(base)
}

func (r *rope) inverse(base float64) *torch.Tensor {
	p := r.powers(base)
	defer p.Free()
	return p.RDiv(1.0)
}

// dynamic raises the base for texts that are longer than the model's positions ("dynamic NTK"). Python goes on with the base of
// the longest text that it has seen; here it is each text's own.
func (r *rope) dynamic(length int) (*torch.Tensor, float64) {
	if length <= r.longest {
		return r.inverse(r.RopeTheta), 1
	}
	var on passing
	defer on.free()
	// Python's length is a tensor of int64 there, so this is float32.
	n := on.way(torch.New(int64(length)))
	ratio := on.way(on.way(on.way(n.Mul(*r.Factor)).Div(r.longest)).Sub(*r.Factor - 1))
	base := on.way(on.way(ratio.Pow(float64(r.dim) / float64(r.dim-2))).Mul(r.RopeTheta))
	return on.way(base.Pow(on.way(r.exponents()))).RDiv(1.0), 1
}

// llama3 divides low frequencies by the factor, leaves high ones, and goes from one to the other between.
func (r *rope) llama3(int) (*torch.Tensor, float64) {
	var on passing
	defer on.free()
	inverse := on.way(r.inverse(r.RopeTheta))
	factor, low, high, old := *r.Factor, *r.LowFreqFactor, *r.HighFreqFactor, float64(r.original())
	waves := on.way(inverse.RDiv(2 * math.Pi))
	long := on.way(waves.Gt(old / low))
	scaled := on.way(torch.Where(long, on.way(inverse.Div(factor)), inverse))
	smooth := on.way(on.way(on.way(waves.RDiv(old)).Sub(low)).Div(high - low))
	rest := on.way(on.way(on.way(smooth.RSub(1)).Mul(scaled)).Div(factor))
	smoothed := on.way(rest.Add(on.way(smooth.Mul(scaled))))
	between := on.way(on.way(on.way(waves.Lt(old / high)).Not()).Mul(on.way(long.Not())))
	return torch.Where(between, smoothed, scaled), 1
}

// longrope divides each frequency by a number of its own: one list for texts as long as those of training, one for longer ones
// (Ding et al., "LongRoPE: Extending LLM Context Window Beyond 2 Million Tokens", 2024).
func (r *rope) longrope(length int) (*torch.Tensor, float64) {
	var on passing
	defer on.free()
	old := float64(r.original())
	factor := orDefault(r.Factor, float64(r.longest)/old)
	scale := 1.0
	if factor > 1 {
		scale = libm.Sqrt(1 + libm.Log(factor)/libm.Log(old))
	}
	list := r.ShortFactor
	if length > r.original() {
		list = r.LongFactor
	}
	own := on.way(torch.New(list, torch.Float32))
	return on.way(own.Mul(on.way(r.powers(r.RopeTheta)))).RDiv(1.0), orDefault(r.AttentionFactor, scale)
}

// yarn divides low frequencies by the factor, leaves high ones, and raises attention's scores (Peng et al., "YaRN: Efficient
// Context Window Extension of Large Language Models", 2023).
func (r *rope) yarn(int) (*torch.Tensor, float64) {
	var on passing
	defer on.free()
	factor, dim := *r.Factor, float64(r.dim)
	raised := func(scale float64) float64 {
		if factor <= 1 {
			return 1
		}
		return 0.1*scale*libm.Log(factor) + 1
	}
	scale := raised(1)
	if a, b := orDefault(r.MScale, 0), orDefault(r.MScaleAllDim, 0); a != 0 && b != 0 {
		scale = raised(a) / raised(b)
	}
	// The feature that turns so often in a text of training.
	feature := func(turns float64) float64 {
		return (dim * libm.Log(float64(r.original())/(turns*2*math.Pi))) / (2 * libm.Log(r.RopeTheta))
	}
	low, high := feature(orNot0(r.BetaFast, 32)), feature(orNot0(r.BetaSlow, 1))
	if orDefault(r.Truncate, true) {
		low, high = math.Floor(low), math.Ceil(high)
	}
	low, high = max(low, 0), min(high, dim-1)
	if low == high {
		high += 0.001
	}
	powers := on.way(r.powers(r.RopeTheta))
	plain, divided := on.way(powers.RDiv(1.0)), on.way(on.way(powers.Mul(factor)).RDiv(1.0))
	features := on.way(torch.Arange(0, r.dim/2, 1, torch.Float32))
	ramp := on.way(on.way(on.way(features.Sub(low)).Div(high-low)).Clamp(0, 1))
	keep := on.way(ramp.RSub(1))
	change := on.way(keep.RSub(1))
	return on.way(divided.Mul(change)).Add(on.way(plain.Mul(keep))), orDefault(r.AttentionFactor, scale)
}

// orNot0 is a setting for which 0 counts as none.
func orNot0(p *float64, otherwise float64) float64 {
	if p == nil || *p == 0 {
		return otherwise
	}
	return *p
}

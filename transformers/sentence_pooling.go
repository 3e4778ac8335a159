package transformers

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// Pooling makes one vector of the vectors of a text's tokens, as the module of sentence-transformers: in one way, or in several,
// whose results lie side by side.
type Pooling struct {
	nn.Base
	Modes []string // "cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean" (later tokens count more) or "lasttoken"
}

// poolings are the ways, of x [N, L, features] and a mask [N, L] in x's dtype, 1 for the tokens of each text.
var poolings = map[string]func(x, mask *torch.Tensor) *torch.Tensor{
	"cls":                  func(x, _ *torch.Tensor) *torch.Tensor { return x.Select(1, 0).Clone() },
	"max":                  pooledMax,
	"mean":                 MeanPooling,
	"mean_sqrt_len_tokens": pooledBySqrt,
	"weightedmean":         pooledByPlace,
	"lasttoken":            pooledLast,
}

// check is an error for a way that is not known.
func (m *Pooling) check() error {
	if len(m.Modes) == 0 {
		return fmt.Errorf("pooling_mode: expected one of %q, but got none", slices.Sorted(maps.Keys(poolings)))
	}
	for _, mode := range m.Modes {
		if poolings[mode] == nil {
			return fmt.Errorf("pooling_mode: expected one of %q, but got %.80q", slices.Sorted(maps.Keys(poolings)), mode)
		}
	}
	return nil
}

// Forward makes vectors [N, features of all ways] of x [N, L, features]; mask [N, L] is 1 for the tokens of each text and nil
// where there is nothing else.
func (m *Pooling) Forward(x, mask *torch.Tensor) *torch.Tensor {
	return nn.Call(m, func() *torch.Tensor {
		if len(m.Modes) == 1 && m.Modes[0] == "mean" {
			return MeanPooling(x, mask)
		}
		var on passing
		defer on.free()
		if mask == nil {
			mask = on.way(torch.Ones(x.Shape()[:2], x.DType(), x.Device()))
		} else {
			mask = on.to(mask, x.DType(), x.Device())
		}
		all := make([]*torch.Tensor, len(m.Modes))
		for i, mode := range m.Modes {
			all[i] = poolings[mode](x, mask)
		}
		if len(all) == 1 {
			return all[0]
		}
		for _, each := range all {
			on.way(each)
		}
		return torch.Cat(all, 1)
	})
}

func pooledMax(x, mask *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	none := on.way(on.way(mask.Unsqueeze(-1)).Eq(0))
	return on.way(x.MaskedFill(none, math.Inf(-1))).Amax(1)
}

func pooledBySqrt(x, mask *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	weights := on.way(mask.Unsqueeze(-1))
	sum := on.way(on.way(x.Mul(weights)).Sum(1))
	return sum.Div(on.way(on.way(on.way(weights.Sum(1)).Clamp(1e-9, nil)).Sqrt()))
}

func pooledByPlace(x, mask *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	places := on.way(torch.Arange(1, x.Size(1)+1, 1, x.DType(), x.Device()))
	weights := on.way(on.way(mask.Mul(places)).Unsqueeze(-1))
	sum := on.way(on.way(x.Mul(weights)).Sum(1))
	return sum.Div(on.way(on.way(weights.Sum(1)).Clamp(1e-9, nil)))
}

// pooledLast is the last token of each text, whose tokens come first.
func pooledLast(x, mask *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	last := on.way(on.way(on.way(on.way(mask.Sum(1)).Sub(1)).Clamp(0, nil)).To(torch.Int64))
	at := on.way(on.way(last.View(-1, 1, 1)).Expand(x.Size(0), 1, x.Size(2)))
	return on.way(on.way(x.Mul(on.way(mask.Unsqueeze(-1)))).Gather(1, at)).Squeeze(1).Clone()
}

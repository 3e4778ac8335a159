package fusion

import "multitorch/torch"

// sequences are features as sequences [N, T, size], with zeros in the place of all that doesn't count, and what counts: a
// bool [N, T] each. masks may be nil, as may be any of them.
func (in inputs) sequences(features, masks []*torch.Tensor, present *torch.Tensor) (xs, counts []*torch.Tensor) {
	if masks != nil && len(masks) != len(features) {
		panic(invalid(in.kind, "expected a mask for each of %d modalities, nil for some, but got %d", len(features), len(masks)))
	}
	for i, x := range features {
		if x.Dim() == 2 {
			x = x.Unsqueeze(1)
		}
		count := torch.Ones(torch.Shape{x.Size(0), x.Size(1)}, torch.Bool, x.Device())
		if masks != nil && masks[i] != nil {
			if s := masks[i].Shape(); masks[i].DType() != torch.Bool || len(s) != 2 || s[0] != x.Size(0) || s[1] != x.Size(1) {
				panic(invalid(in.kind, "expected the mask of modality %d as bool [%d, %d], but got %v (%v)",
					i, x.Size(0), x.Size(1), s, masks[i].DType()))
			}
			count = masks[i]
		}
		if present != nil {
			count = count.And(present.Select(1, i).Unsqueeze(1))
		}
		xs, counts = append(xs, x.MaskedFill(count.Not().Unsqueeze(2), 0)), append(counts, count)
	}
	return xs, counts
}

// meanOf is the mean over the elements that count: [N, size] of [N, T, size], zeros where none does.
func meanOf(x, counts *torch.Tensor) *torch.Tensor {
	weights := counts.To(x.DType()).Unsqueeze(2)
	return x.Mul(weights).Sum(1).Div(weights.Sum(1).Clamp(1, nil))
}

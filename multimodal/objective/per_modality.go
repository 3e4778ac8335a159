package objective

import "multitorch/torch"

// PerModality are the losses of heads that see one modality each, a scalar for each head: of what the head says, each[i],
// [N, classes], the mean of criterion over the samples that have the modality, and 0 where none has it. criterion gives
// the loss of each sample, [N], such as nn.CrossEntropyLoss with Reduction("none"). present is a bool [N, heads], or nil.
func PerModality(each []*torch.Tensor, target, present *torch.Tensor,
	criterion func(scores, target *torch.Tensor) *torch.Tensor,
) []*torch.Tensor {
	losses := make([]*torch.Tensor, len(each))
	for i, scores := range each {
		loss := criterion(scores, target)
		if loss.Dim() != 1 || loss.Size(0) != scores.Size(0) {
			panic(invalid("PerModality", "expected a loss of each of %d samples (Reduction \"none\"), but got the shape %v", scores.Size(0), loss.Shape()))
		}
		if present == nil {
			losses[i] = loss.Mean()
			continue
		}
		there := present.Select(1, i)
		losses[i] = loss.MaskedFill(there.Not(), 0).Sum().Div(there.To(loss.DType()).Sum().Clamp(1, nil))
	}
	return losses
}

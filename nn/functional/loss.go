package functional

import (
	"multitorch/nn"
	"multitorch/torch"
)

// CrossEntropy compares scores with classes, or with probabilities: [nn.CrossEntropyLoss].
func CrossEntropy(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewCrossEntropyLoss(opts...).Forward(input, target)
}

// NLLLoss is [nn.NLLLoss].
func NLLLoss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewNLLLoss(opts...).Forward(input, target)
}

// BinaryCrossEntropy compares probabilities: [nn.BCELoss].
func BinaryCrossEntropy(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewBCELoss(opts...).Forward(input, target)
}

// BinaryCrossEntropyWithLogits compares scores with probabilities: [nn.BCEWithLogitsLoss].
func BinaryCrossEntropyWithLogits(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewBCEWithLogitsLoss(opts...).Forward(input, target)
}

// PoissonNLLLoss is [nn.PoissonNLLLoss].
func PoissonNLLLoss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewPoissonNLLLoss(opts...).Forward(input, target)
}

// GaussianNLLLoss is [nn.GaussianNLLLoss].
func GaussianNLLLoss(input, target, variance *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewGaussianNLLLoss(opts...).Forward(input, target, variance)
}

// KLDiv is [nn.KLDivLoss].
func KLDiv(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewKLDivLoss(opts...).Forward(input, target)
}

// SmoothL1Loss is [nn.SmoothL1Loss].
func SmoothL1Loss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewSmoothL1Loss(opts...).Forward(input, target)
}

// SoftMarginLoss is [nn.SoftMarginLoss].
func SoftMarginLoss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewSoftMarginLoss(opts...).Forward(input, target)
}

// HingeEmbeddingLoss is [nn.HingeEmbeddingLoss].
func HingeEmbeddingLoss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewHingeEmbeddingLoss(opts...).Forward(input, target)
}

// MultilabelMarginLoss is [nn.MultiLabelMarginLoss].
func MultilabelMarginLoss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewMultiLabelMarginLoss(opts...).Forward(input, target)
}

// MultilabelSoftMarginLoss is [nn.MultiLabelSoftMarginLoss].
func MultilabelSoftMarginLoss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewMultiLabelSoftMarginLoss(opts...).Forward(input, target)
}

// MultiMarginLoss is [nn.MultiMarginLoss].
func MultiMarginLoss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewMultiMarginLoss(opts...).Forward(input, target)
}

// MarginRankingLoss is [nn.MarginRankingLoss].
func MarginRankingLoss(input1, input2, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewMarginRankingLoss(opts...).Forward(input1, input2, target)
}

// CosineEmbeddingLoss is [nn.CosineEmbeddingLoss].
func CosineEmbeddingLoss(input1, input2, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewCosineEmbeddingLoss(opts...).Forward(input1, input2, target)
}

// TripletMarginLoss is [nn.TripletMarginLoss].
func TripletMarginLoss(anchor, positive, negative *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewTripletMarginLoss(opts...).Forward(anchor, positive, negative)
}

// TripletMarginWithDistanceLoss is [nn.TripletMarginWithDistanceLoss].
func TripletMarginWithDistanceLoss(anchor, positive, negative *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewTripletMarginWithDistanceLoss(opts...).Forward(anchor, positive, negative)
}

// CTCLoss is [nn.CTCLoss].
func CTCLoss(logProbs, targets, inputLengths, targetLengths *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	return nn.NewCTCLoss(opts...).Forward(logProbs, targets, inputLengths, targetLengths)
}

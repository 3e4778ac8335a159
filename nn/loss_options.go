package nn

import "multitorch/torch"

// Reduction says what a loss makes of its elements: their "mean", the default,
// their "sum", or "none", a tensor of them all. [KLDivLoss] also takes "batchmean",
// the sum divided by the batch's size.
type Reduction string

// IgnoreIndex is a target that counts for nothing. The default is -100.
type IgnoreIndex int

// LabelSmoothing is the share of each target that is spread over all classes, from
// 0, the default, to 1 (Szegedy et al., "Rethinking the Inception Architecture
// for Computer Vision", 2015).
type LabelSmoothing float64

// Weight is the weight of each class in a loss, [C], or in [BCELoss] and [BCEWithLogitsLoss]
// of each element. It becomes a buffer of the loss.
func Weight(w *torch.Tensor) LossOption { return weightOption{w} }

// PosWeight is the weight of targets that are 1, for each class.
func PosWeight(w *torch.Tensor) LossOption { return posWeightOption{w} }

// Margin is how far apart two scores or vectors must be to cost nothing.
type Margin float64

// P is a power: of the norm that measures a distance, or, 1 or 2, of [MultiMarginLoss]'s margins.
type P float64

// Delta is the distance from which on [HuberLoss] grows as a line. The default is 1.
type Delta float64

// Beta is the distance from which on [SmoothL1Loss] grows as a line, 1 by default, the sharpness of
// [Softplus], 1 by default, and the exponent of a [LocalResponseNorm], 0.75 by default.
type Beta float64

// LogInput(false) says that [PoissonNLLLoss] gets expected counts, and not their logarithms. The
// default is true.
type LogInput bool

// LogTarget(true) says that [KLDivLoss] gets logarithms as targets too. The default is false.
type LogTarget bool

// Full(true) adds the terms of a likelihood that don't depend on what is learned. The default is
// false.
type Full bool

// Swap(true) measures the negative's distance from the positive where that is shorter than from
// the anchor (Balntas et al., "Learning shallow convolutional feature descriptors with triplet
// losses", 2016). The default is false.
type Swap bool

// Blank is the class by which [CTCLoss] means that there is no label. The default is 0.
type Blank int

// ZeroInfinity(true) lets [CTCLoss] take infinite losses, and their gradients, for zero: those of
// inputs too short for their targets. The default is false.
type ZeroInfinity bool

// DistanceFunction is how [TripletMarginWithDistanceLoss] measures: by a module such as
// [CosineSimilarity], which becomes its child, or by a [DistanceFunc].
func DistanceFunction(d Distance) LossOption { return distanceFunctionOption{d} }

type (
	weightOption           struct{ *torch.Tensor }
	posWeightOption        struct{ *torch.Tensor }
	distanceFunctionOption struct{ Distance }
)

func (r Reduction) loss(c *LossConfig)              { c.Reduction = string(r) }
func (i IgnoreIndex) loss(c *LossConfig)            { c.IgnoreIndex = int(i) }
func (s LabelSmoothing) loss(c *LossConfig)         { c.LabelSmoothing = float64(s) }
func (w weightOption) loss(c *LossConfig)           { c.Weight = w.Tensor }
func (w posWeightOption) loss(c *LossConfig)        { c.PosWeight = w.Tensor }
func (m Margin) loss(c *LossConfig)                 { c.Margin = float64(m) }
func (p P) loss(c *LossConfig)                      { c.P = float64(p) }
func (e Eps) loss(c *LossConfig)                    { c.Eps = float64(e) }
func (d Delta) loss(c *LossConfig)                  { c.Delta = float64(d) }
func (b Beta) loss(c *LossConfig)                   { c.Beta = float64(b) }
func (l LogInput) loss(c *LossConfig)               { c.LogInput = bool(l) }
func (l LogTarget) loss(c *LossConfig)              { c.LogTarget = bool(l) }
func (f Full) loss(c *LossConfig)                   { c.Full = bool(f) }
func (s Swap) loss(c *LossConfig)                   { c.Swap = bool(s) }
func (b Blank) loss(c *LossConfig)                  { c.Blank = int(b) }
func (z ZeroInfinity) loss(c *LossConfig)           { c.ZeroInfinity = bool(z) }
func (d distanceFunctionOption) loss(c *LossConfig) { c.DistanceFunction = d.Distance }

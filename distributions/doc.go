// Package distributions has the probability distributions of torch.distributions, their transforms and the table of
// Kullback-Leibler divergences. The same seed gives the same samples as Python, bit for bit, and the same gradients.
//
//	d := distributions.NewNormal(mean, std)
//	z := d.RSample()                                       // differentiable in mean and std
//	loss := d.LogProb(x).Mean().Neg()
//	kl := distributions.KLDivergence(d, distributions.NewNormal(0.0, 1.0))
//
// Parameters are tensors, which are broadcast, or numbers. What can be given in two ways says which:
//
//	distributions.NewCategorical(distributions.Logits(scores))
//	distributions.NewMultivariateNormal(mean, distributions.ScaleTril(l))
//
// Where versions of PyTorch have other formulas, the one of the libtorch that is loaded holds.
//
// # Shapes
//
// A sample has the shape asked for, then the batch's, then that of one event:
// NewDirichlet of a tensor [5, 3] has the batch shape [5] and the event shape [3], Sample(2) is of the shape [2, 5, 3],
// and its LogProb [2, 5].
//
// # What is checked
//
// Parameters when a distribution is made, and values in LogProb and CDF: an error names the parameter, its constraint
// (package constraints) and the values. It costs a look at all elements, and [ValidateArgs] or [SetDefaultValidateArgs]
// turns it off. What a distribution does not have, such as the mode of a mixture, is an error of the kind NotImplemented.
//
// # Steps
//
// What a distribution computes when it is first asked for, such as the logits of given probabilities, it keeps, as
// Python does. In a [torch.Step] that was opened after the distribution was made it is freed with the step, and computed
// again in the next one. Goroutines with steps of their own should therefore not share one distribution.
package distributions

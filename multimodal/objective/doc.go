// Package objective has losses that fuse modalities: fusion at the objective level.
//
//   - [Weighted] adds named losses, each with its weight, and says what each came to;
//   - [PerModality] is the losses of heads that see one modality each (ForwardEach of a multimodal.Model);
//   - [Uncertainty] learns the weights (Kendall et al. 2018);
//   - [Contrastive] and [SigLIP] draw the features of what belongs together towards each other;
//   - [Matching] tells pairs that belong together from others, by their fused features.
//
// Contrastive losses warn where they learn nothing: see [Stuck].
package objective

// Package pipelines joins what is in a Hugging Face folder, a model and what prepares its inputs, for one purpose each, as
// Transformers' pipelines do: files and words go in, and names with scores, or text, come out.
//
//	zero, err := pipelines.NewZeroShotImageClassifier(dir) // of a CLIP or SigLIP folder
//	found, err := zero.Classify(ctx, []string{"cat", "dog"}, "picture.png")
package pipelines

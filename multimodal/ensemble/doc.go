// Package ensemble makes one classifier of several that were trained apart: fusion at the model level.
//
// What the members say are logits, [N, classes] each; where their probabilities p are known instead, their logarithms are
// logits. [Probabilities] and [Logits] average them, with weights or without, [Vote] counts for which class each is, and
// [Stacking] is a meta-learner, trained on what the members say of samples that none of them was trained on; on samples
// that they know it would learn to trust whoever remembers best.
package ensemble

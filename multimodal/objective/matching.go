package objective

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Matching tells pairs of image and text that belong together from others, by their fused features (ALBEF's image-text
// matching: Li et al., "Align before Fuse", 2021). Wrong pairs are drawn among the batch, the likelier the more alike they
// are, so that there is something to learn from them.
type Matching struct {
	nn.Base
	Head *nn.Linear // of the fused features to "no" and "yes"
}

// NewMatching makes one for fused features of a width.
func NewMatching(size int) *Matching { return &Matching{Head: nn.NewLinear(size, 2)} }

// Forward is the loss of N pairs, which are N right and 2N wrong ones: each image with a text of another, and each text
// with an image of another. images and texts are the features [N, ...] that fuse makes fused ones of, [M, size] of M pairs;
// similarity is [N, N], images by texts, such as the scores of [Contrastive]. group, int64 [N] or nil, says which pairs are
// about the same thing, and so no wrong ones. It draws from the default generator.
func (m *Matching) Forward(fuse func(images, texts *torch.Tensor) *torch.Tensor,
	images, texts, similarity, group *torch.Tensor,
) *torch.Tensor {
	n := images.Size(0)
	text, image := HardNegatives(similarity, group)
	fused := fuse(
		torch.Cat([]*torch.Tensor{images, images, images.IndexSelect(0, image)}, 0),
		torch.Cat([]*torch.Tensor{texts, texts.IndexSelect(0, text), texts}, 0),
	)
	target := torch.Cat([]*torch.Tensor{
		torch.Ones(torch.Shape{n}, torch.Int64, images.Device()), torch.Zeros(torch.Shape{2 * n}, torch.Int64, images.Device()),
	}, 0)
	return nn.NewCrossEntropyLoss().Forward(m.Head.Forward(fused), target)
}

// Probability is how likely pairs with these fused features [N, size] belong together: [N].
func (m *Matching) Probability(fused *torch.Tensor) *torch.Tensor {
	return m.Head.Forward(fused).Softmax(1).Select(1, 1)
}

// HardNegatives draws for each image a text, and for each text an image, that don't belong to it, by the softmax of their
// similarity [N, N]: two int64 [N].
func HardNegatives(similarity, group *torch.Tensor) (texts, images *torch.Tensor) {
	n := similarity.Size(0)
	if similarity.Dim() != 2 || similarity.Size(1) != n {
		panic(invalid("HardNegatives", "expected a similarity [N, N], but got the shape %v", similarity.Shape()))
	}
	torch.NoGrad(func() {
		right := torch.Eye(n, torch.Bool, similarity.Device())
		if group != nil {
			right = sameGroup(group, n)
		}
		if right.All(1).Any().ItemBool() {
			panic(invalid("HardNegatives", "a pair among %d has none of another group: expected at least two groups in a batch", n))
		}
		draw := func(s *torch.Tensor) *torch.Tensor {
			return s.MaskedFill(right, -1e9).Softmax(1).Add(1e-9).MaskedFill(right, 0).Multinomial(1, false).Select(1, 0)
		}
		texts, images = draw(similarity.Detach().To(torch.Float32)), draw(similarity.Detach().To(torch.Float32).T())
	})
	return texts, images
}

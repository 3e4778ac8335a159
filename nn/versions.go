package nn

import (
	"sync"

	"multitorch/internal/version"
	"multitorch/torch"
)

// biasNamed tells whether this PyTorch prints if a normalisation has a bias. Since
// 2.12 it does: 2.6 does not, 2.14 does, and the change was made in spring 2026.
var biasNamed = sync.OnceValue(func() bool { return version.AtLeast(torch.Version(), 2, 12) })

// biasRepr is what the ExtraRepr of a normalisation says about its bias.
func biasRepr(bias *Parameter) string {
	if !biasNamed() {
		return ""
	}
	return ", bias=" + pyBool(bias != nil)
}

// modeQuoted tells whether this PyTorch prints the mode of an EmbeddingBag and of an Upsample as a string in
// quotes. 1.13 does not, 2.6 does.
var (
	modeQuoted = sync.OnceValue(func() bool { return version.AtLeast(torch.Version(), 2, 0) })
	// zeroGradDrops tells whether zero_grad() drops gradients. Before, it filled them with zeros.
	zeroGradDrops = sync.OnceValue(func() bool { return version.AtLeast(torch.Version(), 2, 0) })
	// softplusOfFloats tells whether this PyTorch has floats for Softplus's defaults: 1.13 prints 1
	// and 20, 2.6 prints 1.0 and 20.0.
	softplusOfFloats = sync.OnceValue(func() bool { return version.AtLeast(torch.Version(), 2, 2) })
)

// repeatsCounted tells whether this PyTorch prints equal layers of a ModuleList once, with their
// number: 1.13 does not, 2.0 does.
var repeatsCounted = sync.OnceValue(func() bool { return version.AtLeast(torch.Version(), 2, 0) })

// unknownPasses tells whether this PyTorch leaves the gradient of an output that nothing depends on unknown behind a module with
// backward hooks: 1.13 makes it zeros, 2.0 does not.
var unknownPasses = sync.OnceValue(func() bool { return version.AtLeast(torch.Version(), 2, 0) })

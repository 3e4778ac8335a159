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

// modeQuoted tells whether this PyTorch prints an EmbeddingBag's mode as a string in quotes. 1.13 does
// not, 2.6 does.
var modeQuoted = sync.OnceValue(func() bool { return version.AtLeast(torch.Version(), 2, 0) })

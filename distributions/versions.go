package distributions

import (
	"multitorch/internal/version"
	"multitorch/torch"
)

// since reports whether the libtorch that is loaded is of release major.minor or newer: PyTorch changed some formulas, and
// the bits follow the running version's.
func since(major, minor int) bool { return version.AtLeast(torch.Version(), major, minor) }

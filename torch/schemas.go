package torch

import (
	"strings"

	"multitorch/internal/libtorch"
)

// Schemas lists the schema of every operator of the running libtorch, in no
// order: "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor".
func Schemas() ([]string, error) {
	s, err := libtorch.Schemas()
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSpace(s), "\n"), nil
}

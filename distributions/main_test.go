package distributions_test

import (
	"os"
	"strconv"
	"testing"

	"multitorch/torch"
)

// TestMain draws the inputs of all tests with one seed, which MULTITORCH_SEED changes.
func TestMain(m *testing.M) {
	seed, err := strconv.ParseInt(os.Getenv("MULTITORCH_SEED"), 10, 64)
	if err != nil {
		seed = 1
	}
	torch.ManualSeed(seed)
	os.Exit(m.Run())
}

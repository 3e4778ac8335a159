package transformers_test

import (
	"os"
	"testing"

	"multitorch/torch"
)

func TestMain(m *testing.M) {
	torch.SetNumThreads(1)
	os.Exit(m.Run())
}

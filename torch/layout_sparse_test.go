package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

func TestIsSparse(t *testing.T) {
	x := torch.Eye(3)
	require.False(t, x.IsSparse())
	require.True(t, torch.NewOperator("aten::to_sparse", "self").Call(x).IsSparse())
	if csr := torch.NewOperator("aten::to_sparse_csr", "self"); csr.Exists() {
		require.False(t, csr.Call(x).IsSparse())
	}
}

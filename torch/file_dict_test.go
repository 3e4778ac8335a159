package torch_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

// What a message quotes may come from a file, and have any length.
func TestMessagesQuoteABeginning(t *testing.T) {
	long := strings.Repeat("k", 1<<20)
	_, noDevice := torch.ParseDevice(long)
	_, noNumber := torch.ParseDevice("cuda:" + long)
	var d torch.Dict
	d.Set(long, torch.Tuple{})
	_, noKey := d.Dict(long + "2")
	_, noDict := d.Dict(long)
	_, noState := d.Tensors()
	state := []torch.NamedTensor{{Name: long, Tensor: torch.Ones(torch.Shape{1})}}
	for name, err := range map[string]error{
		"device": noDevice, "number": noNumber, "key": noKey, "dict": noDict, "state": noState,
		"unexpected": nn.LoadStateDict(nn.NewLinear(1, 1), state),
		"twice":      nn.LoadStateDict(nn.NewLinear(1, 1), append(state, state...)),
		"pickled":    torch.Save(t.TempDir()+"/x", map[string]any{long: struct{}{}}),
	} {
		require.Error(t, err, name)
		require.Less(t, len(err.Error()), 2000, name)
		require.Contains(t, err.Error(), "kkkk", name)
	}
}

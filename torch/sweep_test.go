package torch_test

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// A sweep holds thousands of small computations against Python: some in every run of the
// tests, and all of them in `make sweep`, which sets this to a seed.
const sweepSeed = "MULTITORCH_SWEEP"

// sweep is the seed, and whether everything is asked for.
func sweep(t *testing.T) (rng *rand.Rand, seed uint64, whole bool) {
	seed = 1
	if s := os.Getenv(sweepSeed); s != "" {
		n, err := strconv.ParseUint(s, 10, 63)
		require.NoError(t, err, "%s must be a number", sweepSeed)
		seed, whole = n, true
	}
	return rand.New(rand.NewPCG(seed, 0)), seed, whole
}

// A line is what one computation gave: name, then dtype, shape and bits of each result.
const sweepTwin = `
def line(*tensors):
    parts = []
    for t in tensors:
        if t is None:
            parts.append("none")
            continue
        t = t.detach().contiguous().resolve_conj().resolve_neg()
        data = ctypes.string_at(t.data_ptr(), t.nelement() * t.element_size()) if t.nelement() else b""
        parts.append("%s%s %s" % (str(t.dtype)[6:], list(t.shape), data.hex()))
    return "; ".join(parts)
def text(name):
    return bytes(inputs[name].tolist()).decode()
def send(lines):
    save(lines=torch.frombuffer(bytearray("\n".join(lines).encode()), dtype=torch.uint8))
import ctypes, math, warnings
warnings.simplefilter("ignore")
nan, inf = float("nan"), float("inf")
`

func textTensor(s string) *torch.Tensor { return torch.FromSlice([]byte(s)) }

func line(ts ...*torch.Tensor) string {
	parts := make([]string, len(ts))
	for i, x := range ts {
		if x == nil {
			parts[i] = "none"
			continue
		}
		parts[i] = fmt.Sprintf("%s%s %s", x.DType(), strings.ReplaceAll(fmt.Sprint(x.Shape()), " ", ", "), hex.EncodeToString(x.Bytes()))
	}
	return strings.Join(parts, "; ")
}

// requireLines compares what Python sent with what Go has.
func requireLines(t *testing.T, sent *torch.Tensor, names, got []string) {
	t.Helper()
	want := strings.Split(string(sent.Bytes()), "\n")
	require.Len(t, got, len(want))
	var wrong []string
	for i := range want {
		if want[i] != got[i] {
			wrong = append(wrong, fmt.Sprintf("%s:\n  Python %s\n  Go     %s", names[i], want[i], got[i]))
		}
	}
	if len(wrong) > 0 {
		t.Fatalf("%d of %d differ:\n%s", len(wrong), len(want), strings.Join(wrong[:min(len(wrong), 40)], "\n"))
	}
}

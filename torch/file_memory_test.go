package torch_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

const savedInLittleMemory = "MULTITORCH_TEST_SAVED_IN_LITTLE_MEMORY"

// A tensor of 1 GiB is saved where no more than 160 MiB can be had besides: there is nowhere a second copy of it.
func TestSavesTakeNoSecondCopy(t *testing.T) {
	if os.Getenv(savedInLittleMemory) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), savedInLittleMemory+"=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%.3000s", out)
		return
	}
	x := torch.Empty(torch.Shape{1 << 14, 1 << 14}) // of pages that nothing is in yet, which are no resident memory
	part := x.Narrow(0, 0, 3<<10)                   // 192 MiB, more than there is room for, too
	named := []torch.NamedTensor{{Name: "x", Tensor: x}, {Name: "turned", Tensor: part.T()}}
	x.Narrow(0, 0, 1).Clone()
	require.NoError(t, torch.WritePT(io.Discard, named[0].Tensor.Narrow(0, 0, 1).Clone()))

	var taken uint64 // KiB
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	_, after, _ := strings.Cut(string(status), "VmSize:")
	_, err = fmt.Sscanf(after, "%d", &taken)
	require.NoError(t, err)
	limit := syscall.Rlimit{Cur: taken<<10 + 160<<20, Max: taken<<10 + 160<<20}
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_AS, &limit))
	require.ErrorContains(t, torch.Try(func() error { x.Clone(); return nil }), "allocate", "the limit holds")

	for _, n := range named {
		require.NoError(t, torch.WriteSafetensors(io.Discard, []torch.NamedTensor{n}, nil), n.Name)
		require.NoError(t, torch.WriteNpy(io.Discard, n.Tensor), n.Name)
		require.NoError(t, torch.WritePT(io.Discard, n.Tensor), n.Name)
		require.NoError(t, torch.WriteContents(io.Discard, []torch.NamedTensor{n}), n.Name)
	}
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, torch.SaveSafetensors(path, []torch.NamedTensor{{Name: "part", Tensor: part}}, nil))
}

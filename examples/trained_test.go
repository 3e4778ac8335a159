package examples_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTrained runs programs bare and with the trainer, and compares all that they print: every loss to its last bit, and what is
// drawn or written by the model in the end.
func TestTrained(t *testing.T) {
	bare, trained := t.TempDir(), t.TempDir()
	compile(t, bare, "./dcgan", "./lstm", "./reinforce", "./vae")
	compile(t, trained, "./trained/...")
	pictures := picturesArg()
	for _, p := range []struct{ name, args string }{
		{"dcgan", "--width 4 --batch 4 --steps 12 PICTURES"},
		{"lstm", "--width 16 --batch 2 --steps 15"},
		{"reinforce", "--episodes 12"},
		{"vae", "--steps 15 PICTURES"},
	} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(strings.ReplaceAll(p.args, "PICTURES", pictures))
			want := printed(t, filepath.Join(bare, p.name), args)
			require.Contains(t, want, " 0: ")
			require.Contains(t, want, " 11: ", "every step")
			require.Equal(t, want, printed(t, filepath.Join(trained, p.name), args))
		})
	}
}

var times = regexp.MustCompile(`(?m)^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d `)

func compile(t *testing.T, bin string, packages ...string) {
	out, err := exec.Command("go", append([]string{"build", "-o", bin + "/"}, packages...)...).CombinedOutput()
	require.NoError(t, err, string(out))
}

// printed runs a program, and returns what it printed, without times.
func printed(t *testing.T, binary string, args []string) string {
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	var all bytes.Buffer
	cmd.Stdout, cmd.Stderr = &all, &all
	require.NoError(t, cmd.Run(), all.String())
	return times.ReplaceAllString(all.String(), "")
}

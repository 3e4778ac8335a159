package examples_test

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/fashionmnist"
	"multitorch/torch"
	"multitorch/twin"
)

// programs are the examples with one Python file beside them. Each runs with few arguments, and with more, for several
// times as many steps.
var programs = []struct{ name, always, few, more string }{
	{"adding", "--length 10", "--steps 6", "--steps 30"},
	{"autoencoder", "PICTURES", "--steps 6", "--steps 30"},
	{"captioning", "--batch 4", "--steps 6", "--steps 30"},
	{"convnet", "PICTURES", "--limit 192", "--limit 960"},
	{"dcgan", "--width 4 --batch 4 PICTURES", "--steps 6", "--steps 30"},
	{"encoder", "--length 8", "--steps 6", "--steps 30"},
	{"gpt", "--width 16 --batch 2", "--steps 6", "--steps 30"},
	{"lstm", "--width 16 --batch 2", "--steps 6", "--steps 30"},
	{"reinforce", "", "--episodes 6", "--episodes 30"},
	{"seq2seq", "--length 4", "--steps 6", "--steps 30"},
	{"sine", "", "--steps 4", "--steps 12"},
	{"vae", "PICTURES", "--steps 6", "--steps 30"},
}

// TestParity runs each program and its Python twin, and compares what they print, every loss to its last bit. A Go
// program has at most a third more lines and takes no more memory, and its tensors are as many after more steps.
func TestParity(t *testing.T) {
	bin := build(t)
	pictures := picturesArg()
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			source, err := filepath.Abs(filepath.Join(p.name, p.name+".py"))
			require.NoError(t, err)
			require.LessOrEqual(t, 3*lines(t, filepath.Join(p.name, "main.go")), 4*lines(t, source), "lines of Go")

			always := strings.Fields(strings.ReplaceAll(p.always, "PICTURES", pictures))
			few := slices.Concat(always, strings.Fields(p.few))
			both := func() (python map[string]*torch.Tensor, printed string, s seen) {
				python = twin.Run(t, runTwin, nil, append([]string{source}, few...)...)
				printed, s = run(t, bin, p.name, false, few)
				return python, printed, s
			}
			python, printed, s := both()
			want := string(torch.ToSlice[uint8](python["printed"]))
			require.Contains(t, want, " 0: ")
			require.Equal(t, strings.Split(want, "\n"), strings.Split(printed, "\n"))

			for range 2 { // on a busy machine a peak was reported once that was 110 MiB below all others of the program
				if int64(s.Peak) > python["peak"].ItemInt() {
					python, _, s = both()
				}
			}
			peak := int(python["peak"].ItemInt())
			t.Logf("peak resident memory: Go %d MiB, Python %d MiB", s.Peak>>10, peak>>10)
			require.LessOrEqual(t, s.Peak, peak)

			_, early := run(t, bin, p.name, true, few)
			_, late := run(t, bin, p.name, true, slices.Concat(always, strings.Fields(p.more)))
			require.InDelta(t, early.Live, late.Live, 4, "tensors alive after %s and after %s", p.few, p.more)
		})
	}
}

const runTwin = `
	import contextlib, io, re, runpy, sys
	sys.argv = args
	printed = io.StringIO()
	with contextlib.redirect_stdout(printed):
		runpy.run_path(args[0], run_name="__main__")
	out["printed"] = torch.tensor(list(printed.getvalue().encode()), dtype=torch.uint8)
	with open("/proc/self/status") as f:
		out["peak"] = int(re.search(r"VmHWM:\s*(\d+)", f.read()).group(1))
`

//go:embed testdata/witness.go
var witness []byte

// seen is what testdata/witness.go saw in a program when it wrote its last line.
type seen struct {
	Live int // tensors
	Peak int // of its resident memory, in KiB
}

// build compiles all programs, each with the witness beside its own file, into a folder.
func build(t *testing.T) (bin string) {
	bin = t.TempDir()
	file := filepath.Join(bin, "witness.go")
	require.NoError(t, os.WriteFile(file, witness, 0o600))
	replace, packages := map[string]string{}, []string{}
	for _, p := range programs {
		dir, err := filepath.Abs(p.name)
		require.NoError(t, err)
		replace[filepath.Join(dir, "witness.go")] = file
		packages = append(packages, "./"+p.name)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(bin, "overlay.json"), overlay, 0o600))
	args := append([]string{"build", "-overlay", filepath.Join(bin, "overlay.json"), "-o", bin + "/"}, packages...)
	out, err := exec.Command("go", args...).CombinedOutput()
	require.NoError(t, err, string(out))
	return bin
}

// run runs a program with one thread. Where collect is set, the collector runs before tensors are counted.
func run(t *testing.T, bin, name string, collect bool, args []string) (printed string, s seen) {
	report := filepath.Join(t.TempDir(), "seen")
	cmd := exec.Command(filepath.Join(bin, name), args...)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1",
		"WITNESS="+report, fmt.Sprintf("WITNESS_COLLECT=%t", collect))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err, string(out))
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &s))
	return string(out), s
}

// picturesArg is empty where Fashion-MNIST lies in the folder in which the twins look for it, else it asks for
// made-up pictures.
func picturesArg() string {
	home, err := os.UserHomeDir()
	if err == nil {
		_, err = fashionmnist.Load(filepath.Join(home, ".cache/multitorch/fashionmnist"))
	}
	if dir, e := fashionmnist.Dir(""); err != nil || e != nil || dir != filepath.Join(home, ".cache/multitorch/fashionmnist") {
		return "--synthetic"
	}
	return ""
}

func lines(t *testing.T, path string) int {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return strings.Count(string(text), "\n")
}

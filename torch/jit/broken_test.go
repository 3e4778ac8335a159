package jit_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/torch/jit"
)

// A crash of libtorch ends the process, so broken files are loaded in one of its
// own, which counts how many of them were refused.

func TestMain(m *testing.M) {
	if kind := os.Getenv("MULTITORCH_JIT_BROKEN"); kind != "" {
		loadBroken(kind, os.Getenv("MULTITORCH_JIT_FILE"))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestBrokenFilesAreErrors(t *testing.T) {
	for _, c := range []struct {
		kind    string
		refused string
	}{
		{"truncated", "all refused"},
		{"flipped", ""},
		{"pickles", ""},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "MULTITORCH_JIT_BROKEN="+c.kind, "MULTITORCH_JIT_FILE="+filepath.Join(t.TempDir(), "broken.pt"))
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", c.kind, tail(out))
		require.Contains(t, string(out), c.refused)
	}
}

func tail(b []byte) []byte { return b[max(0, len(b)-3000):] }

// loadBroken loads and runs file after file.
func loadBroken(kind, path string) {
	whole, err := os.ReadFile(model)
	if err != nil {
		panic(err)
	}
	loaded, total := 0, 0
	try := func(name string, content []byte) {
		fmt.Println(name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			panic(err)
		}
		total++
		m, err := jit.Load(path)
		if err != nil {
			return
		}
		loaded++
		_ = torch.Try(func() error { m.Forward(torch.Ones(torch.Shape{5, 4})); return nil })
		_ = torch.Try(func() error { m.StateDict(); return nil })
	}
	switch kind {
	case "truncated":
		for n := 0; n < len(whole); n += 100 {
			try(fmt.Sprint("cut at ", n), whole[:n])
		}
	case "flipped":
		for i := 0; i < len(whole); i += step(61) {
			b := bytes.Clone(whole)
			b[i] ^= byte(1 << (i % 8))
			try(fmt.Sprint("flipped ", i), b)
		}
	case "pickles": // with checksums that fit
		for _, name := range []string{"model/data.pkl", "model/constants.pkl", "model/code/__torch__.py.debug_pkl"} {
			content := entry(whole, name)
			for i := 0; i < len(content); i += step(23) {
				b := bytes.Clone(content)
				b[i] ^= byte(1 << (i % 8))
				try(fmt.Sprint(name, " flipped ", i), rezip(whole, name, b))
			}
		}
	}
	if loaded == 0 {
		fmt.Print("all refused: ")
	}
	fmt.Printf("%d of %d loaded\n", loaded, total)
}

// step is 1 where MULTITORCH_JIT_EVERY_BYTE asks for minutes of work.
func step(n int) int {
	if os.Getenv("MULTITORCH_JIT_EVERY_BYTE") != "" {
		return 1
	}
	return n
}

func archive(whole []byte) *zip.Reader {
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		panic(err)
	}
	return z
}

func entry(whole []byte, name string) []byte {
	f, err := archive(whole).Open(name)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		panic(err)
	}
	return content
}

// rezip replaces one entry, or leaves it out for nil.
func rezip(whole []byte, name string, content []byte) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range archive(whole).File {
		b := entry(whole, f.Name)
		if f.Name == name {
			b = content
		}
		if b == nil {
			continue
		}
		e, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store})
		if err == nil {
			_, err = e.Write(b)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func TestHostileFilesAreErrors(t *testing.T) {
	whole, err := os.ReadFile(model)
	require.NoError(t, err)
	pickle := string(entry(whole, "model/data.pkl"))
	swap := func(old, new string) []byte {
		require.Contains(t, pickle, old)
		return []byte(strings.Replace(pickle, old, new, 1))
	}
	for _, c := range []struct {
		name    string
		entry   string
		content []byte
		expect  string
	}{
		{"storage missing", "model/data/9", nil, "storage \"9\" is missing"},
		{"storage too short", "model/data/9", make([]byte, 60), "has 60 bytes, but the pickle speaks of 16 elements"},
		{"class of Python", "model/data.pkl", swap("c__torch__\nNet\n", "cos\nsystem\n"), "os.system"},
		{
			"class of C++", "model/data.pkl", swap("c__torch__\nNet\n", "c__torch__.torch.classes.quantized\nLinearPackedParamsBase\n"),
			"quantized",
		},
		{"no pickle", "model/data.pkl", nil, "no \"model/data.pkl\""},
		{"no constants", "model/constants.pkl", nil, "torch.Load"},
		{"version", "model/version", []byte("99999999999999999999999\n"), "version"},
		{"too new", "model/version", []byte("9999\n"), "version"},
		{"code that is none", "model/code/__torch__.py", []byte("class Net(Module:\n"), "jit.load"},
	} {
		path := filepath.Join(t.TempDir(), "bad.pt")
		require.NoError(t, os.WriteFile(path, rezip(whole, c.entry, c.content), 0o644))
		_, err := jit.Load(path)
		require.ErrorContains(t, err, c.expect, c.name)
		require.ErrorContains(t, err, path)
	}
	path := filepath.Join(t.TempDir(), "same.pt")
	require.NoError(t, os.WriteFile(path, rezip(whole, "", nil), 0o644))
	_, err = jit.Load(path) // what rezip leaves as it is loads
	require.NoError(t, err)
}

// One bit of an entry's attributes makes it a folder, and of libtorch's reader a tensor of whatever was in memory.
func TestAnEntryMarkedAsAFolder(t *testing.T) {
	whole, err := os.ReadFile(model)
	require.NoError(t, err)
	at := bytes.LastIndex(whole, []byte("model/data/14"))
	whole[at-8] |= 0x10 // the attributes stand before the place, which is before the name
	path := filepath.Join(t.TempDir(), "bad.pt")
	require.NoError(t, os.WriteFile(path, whole, 0o644))
	_, err = jit.Load(path)
	require.ErrorContains(t, err, `entry "model/data/14" has content, but is marked as a folder`)
}

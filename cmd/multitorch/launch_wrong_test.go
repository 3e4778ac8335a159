package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// Launches that can't be are wrong command lines, and nothing is started.
func TestLaunchThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-n", "0", "--", "true"}, "expected at least 1 rank"},
		{[]string{"-n", "2", "--nodes", "2", "--node-rank", "2", "--master", "h:1", "--", "true"}, "node 2 of 2: expected a number from 0 to 1"},
		{[]string{"-n", "2", "--nodes", "2", "--", "true"}, "several nodes need the address and the port"},
		{[]string{"-n", "2", "--master", "localhost", "--", "true"}, "expected HOST:PORT"},
		{[]string{"-n", "2", "--master", "localhost:99999", "--", "true"}, "port 99999: expected one from 1 to 65535"},
	} {
		requireMisuse(t, append([]string{"launch"}, c.args...), c.want)
	}
}

// A command that is not there is said to be that, once.
func TestLaunchOfNothing(t *testing.T) {
	o := refused("launch", "-n", "1", "--", "/none")
	o.requireError(t, failed, "launch: the command can't be started", "no such file")
	require.Equal(t, 1, strings.Count(o.stderr, "launch:"))
}

// A process that has a part of torchrun's environment is no run of its own: it says what is missing.
func TestHalfOfTorchrunsEnvironment(t *testing.T) {
	for name, want := range map[string]string{"WORLD_SIZE": "RANK is not set", "RANK": "WORLD_SIZE is not set"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "2")
			err := inRanks(t.Context(), nil)
			require.ErrorContains(t, err, want)
		})
	}
}

func TestTextsAreUTF8(t *testing.T) {
	path := filepath.Join(t.TempDir(), "texts.txt")
	require.NoError(t, os.WriteFile(path, []byte("good\n\xff\xfe bad\n"), 0o666))
	_, _, err := (&indexCmd{Texts: path}).lines("", torch.CPU)
	require.ErrorContains(t, err, "texts.txt: line 2: expected UTF-8")
	for _, c := range []interface{ Run() error }{&embedCmd{File: path}, &similarCmd{File: path}, &labelCmd{File: path}} {
		require.ErrorContains(t, c.Run(), "texts.txt: line 2: expected UTF-8")
	}
}

package emoji10_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/emoji10"
)

// fakeNPM puts a shell script named npm on PATH, alone. It is called as "npm pack NAME@VERSION --pack-destination DIR …"
// and finds the file to deliver in $FILE (the name that npm gives it) and the folder of the originals in $FROM.
func fakeNPM(t *testing.T, from, script string) {
	bin := t.TempDir()
	sh := "#!/bin/sh\nPATH=/usr/bin:/bin\nFROM='" + from + "'\nDIR=$4\nFILE=$(echo \"$2\" | tr @ -).tgz\n" +
		"echo \"$2\" >> '" + filepath.Join(from, "calls") + "'\n" + script + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "npm"), []byte(sh), 0o755))
	t.Setenv("PATH", bin)
}

const deliver = `cp "$FROM/$FILE" "$DIR/$FILE"; echo "$FILE"`

func calls(t *testing.T, from string) []string {
	content, err := os.ReadFile(filepath.Join(from, "calls"))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	return strings.Fields(string(content))
}

func TestFetchFetchesOnlyWhatIsMissing(t *testing.T) {
	from, dir := t.TempDir(), filepath.Join(t.TempDir(), "new", "folder")
	e := newMini().build(t, from)
	fakeNPM(t, from, deliver)

	var said []string
	log := func(line string) { said = append(said, line) }
	require.NoError(t, e.Fetch(t.Context(), dir, log))
	require.Equal(t, []string{"mini-google@1.0.0", "mini-twitter@1.0.0", "mini-texts@1.0.0"}, calls(t, from))
	require.Len(t, said, 3)
	got := contents(t, dir)
	require.Len(t, got, 3, "nothing but the packages is left")
	for _, name := range e.Files() {
		require.Equal(t, contents(t, from)[name], got[name])
	}

	require.NoError(t, e.Fetch(t.Context(), dir, log))
	require.Len(t, calls(t, from), 3, "nothing is fetched twice")
	require.Len(t, said, 3)

	require.NoError(t, os.Remove(filepath.Join(dir, "mini-twitter-1.0.0.tgz")))
	require.NoError(t, e.Fetch(t.Context(), dir, nil))
	require.Equal(t, "mini-twitter@1.0.0", calls(t, from)[3])
}

func TestFetchFailures(t *testing.T) {
	tests := []struct {
		name, script string
		want         []string
	}{
		{
			"npm fails", `echo "npm error code ENOTFOUND" >&2; exit 7`,
			[]string{`"npm pack mini-google@1.0.0" failed`, "exit status 7", "ENOTFOUND"},
		},
		{"truncated", `head -c 100 "$FROM/$FILE" > "$DIR/$FILE"`, []string{"not the package expected", "found 100", "try again"}},
		{
			"altered", `head -c -1 "$FROM/$FILE" > "$DIR/$FILE"; printf x >> "$DIR/$FILE"`,
			[]string{"not the package expected", "SHA-512", "try again"},
		},
		{"delivers nothing", `true`, []string{"brought no mini-google-1.0.0.tgz", "elsewhere"}},
		{"delivers a folder", `mkdir "$DIR/$FILE"`, []string{"not a regular file"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			from, dir := t.TempDir(), t.TempDir()
			e := newMini().build(t, from)
			fakeNPM(t, from, test.script)
			err := e.Fetch(t.Context(), dir, nil)
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
			require.Empty(t, contents(t, dir), "no partial files")
		})
	}
}

func TestFetchWithoutNPM(t *testing.T) {
	dir := t.TempDir()
	e := newMini().build(t, t.TempDir())
	t.Setenv("PATH", t.TempDir())
	err := e.Fetch(t.Context(), dir, nil)
	require.ErrorContains(t, err, "no npm on PATH")
	require.ErrorContains(t, err, "npm pack mini-google@1.0.0")
	require.ErrorContains(t, err, dir)
}

func TestFetchLeavesDamagedPackagesAlone(t *testing.T) {
	for _, damage := range []string{"short", strings.Repeat("x", 4000)} {
		dir := t.TempDir()
		e := newMini().build(t, dir)
		path := filepath.Join(dir, "mini-google-1.0.0.tgz")
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		damaged := damage + string(content[min(len(damage), len(content)):])
		if damage == "short" {
			damaged = damage
		}
		require.NoError(t, os.WriteFile(path, []byte(damaged), 0o644))

		for _, do := range []func() error{
			func() error { return e.Fetch(t.Context(), dir, nil) },
			func() error { _, err := e.Prepare(t.Context(), dir, nil); return err },
			func() error { _, err := e.Open(t.Context(), dir, nil); return err },
		} {
			err := do()
			require.ErrorContains(t, err, path)
			require.ErrorContains(t, err, "delete it and fetch again")
		}
		require.Equal(t, damaged, contents(t, dir)["mini-google-1.0.0.tgz"], "it was not touched")
		require.Len(t, contents(t, dir), 3, "nothing was prepared")
	}
}

func TestFetchStopsWithItsContext(t *testing.T) {
	from, dir := t.TempDir(), t.TempDir()
	e := newMini().build(t, from)
	pipe := filepath.Join(from, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	fakeNPM(t, from, fmt.Sprintf("echo partial > \"$DIR/$FILE\"; echo running > '%s'; exec sleep 600", pipe))

	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = os.ReadFile(pipe) // returns when npm runs
		cancel()
	}()
	err := e.Fetch(ctx, dir, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, contents(t, dir))
}

// TestFetchAndPrepare runs the functions that users call, on packages of a few kilobytes.
func TestFetchAndPrepare(t *testing.T) {
	from, dir := t.TempDir(), t.TempDir()
	newMini().build(t, from).Pretend(t)
	fakeNPM(t, from, deliver)
	_, err := emoji10.Load(dir)
	require.ErrorIs(t, err, emoji10.ErrNotPrepared)
	_, err = emoji10.Prepare(t.Context(), dir, nil)
	require.ErrorIs(t, err, os.ErrNotExist)

	require.NoError(t, emoji10.Fetch(t.Context(), dir, nil))
	require.Len(t, calls(t, from), 3)
	want, err := emoji10.Prepare(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Len(t, want.Emoji, 20)
	require.Len(t, contents(t, dir), 5)
	for range 2 {
		got, err := emoji10.Load(dir)
		require.NoError(t, err)
		require.Equal(t, want, got)
		got, err = emoji10.Open(t.Context(), t.TempDir(), nil)
		require.NoError(t, err)
		require.Equal(t, want.Emoji, got.Emoji)
	}
}

func TestDir(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "/cache")
	t.Setenv("HOME", "/nowhere/home")
	t.Setenv(emoji10.DirVariable, "")
	check := func(argument, want string) {
		got, err := emoji10.Dir(argument)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	check("", "/cache/multitorch/emoji10")
	check("here", "here")
	t.Setenv(emoji10.DirVariable, "/data")
	check("", "/data/emoji10")
	check("here", "here")

	for _, name := range []string{"XDG_CACHE_HOME", "HOME", emoji10.DirVariable} {
		t.Setenv(name, "")
	}
	_, err := emoji10.Dir("")
	require.ErrorContains(t, err, emoji10.DirVariable)
}

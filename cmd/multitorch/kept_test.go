package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// numbers is a table that is trained on in no time.
func numbers(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "numbers.csv")
	var b strings.Builder
	b.WriteString("a,b,label\n")
	for i := range 40 {
		fmt.Fprintf(&b, "%d.5,%d,%s\n", i%7, i%2, []string{"x", "y"}[i%2])
	}
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	return path
}

// told runs a command in this process, which is to do well, and says what it told. Tests that run beside others can't have it.
func told(t testing.TB, args ...string) string {
	t.Helper()
	var b strings.Builder
	was := notes
	notes = &b
	defer func() { notes = was }()
	require.Equal(t, outcome{}, refused(args...))
	return b.String()
}

// A run that is done writes its model again where somebody has deleted or damaged it.
func TestResumeWritesALostCheckpointAnew(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	told(t, "train", "table", "--data", numbers(t), "--epochs", "2", "--out", out)
	path := filepath.Join(out, checkpointName)
	was, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, told(t, "train", "--resume", out), "anew")
	refused("train", "--resume", out, "--fusion", "gated").requireError(t, failed, "--fusion was concat, and is gated")
	refused("train", "--resume", out, "--bogus").requireError(t, misused, "unknown flag --bogus", "train table --help")
	told(t, "eval", out)
	refused("eval", t.TempDir()).requireError(t, failed, "a folder")
	for want, change := range map[string]func() error{
		"is not there any more: it was written anew": func() error { return os.Remove(path) },
		"it was written anew, out of the run's":      func() error { return os.Truncate(path, int64(len(was)/2)) },
		"anew":                                       func() error { return os.WriteFile(path, nil, 0o644) },
	} {
		require.NoError(t, change())
		require.Contains(t, told(t, "train", "--resume", out), want)
		now, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, was, now, want)
	}
	for what, make := range map[string]func() error{
		"a folder":        func() error { return os.Mkdir(path, 0o755) },
		"no regular file": func() error { return syscall.Mkfifo(path, 0o644) },
	} {
		require.NoError(t, os.Remove(path))
		require.NoError(t, make())
		o := refused("train", "--resume", out)
		o.requireError(t, failed, what, "this run saved no model")
		require.NotContains(t, o.stderr, "holds the model")
	}
}

// What a run that goes on does not find as it left it is said: rows that are lost, a configuration that is none.
func TestResumeSaysWhatIsLost(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	told(t, "train", "table", "--data", numbers(t), "--epochs", "3", "--out", out)
	require.NotContains(t, told(t, "train", "--resume", out), "WARNING")
	for _, c := range []struct{ name, content, want string }{
		{rowsName, "", "it has rows of 0 of 3 epochs: rows of before are lost"},
		{rowsName, "hello\nthere\n", "line 1"},
		{tableName, "epoch,step,time\n1,1,1\n", "it has rows of 1 of 3 epochs"},
		{runFileName, "a: [", "line 1: "},
	} {
		path := filepath.Join(out, c.name)
		was, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, []byte(c.content), 0o644))
		said := told(t, "train", "--resume", out)
		require.Contains(t, said, "WARNING: "+path)
		require.Contains(t, said, c.want)
		if c.name != runFileName {
			require.NoError(t, os.WriteFile(path, was, 0o644))
			continue
		}
		require.Contains(t, said, "the file gets them back")
		now, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(was), string(now))
	}
}

// Folders that killed ranks left go when the next one begins, and no other.
func TestScratchFoldersAreSwept(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, name := range []string{scratchName + "1", scratchName + "2", scratchName + "3", "other"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Join(path, "run"), 0o755))
		if name != scratchName+"3" { // which is young
			require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)))
		}
	}
	lock, free := locked(filepath.Join(dir, scratchName+"2")) // of a rank that runs
	require.True(t, free)
	defer lock.Close()
	mine, remove, err := scratchFolder()
	require.NoError(t, err)
	require.ElementsMatch(t, []string{scratchName + "2", scratchName + "3", "other", filepath.Base(filepath.Dir(mine))}, files(t, dir))
	_, free = locked(filepath.Dir(mine))
	require.False(t, free)
	run, free := locked(mine)
	require.True(t, free, "for the run")
	run.Close()
	remove()
	require.NoDirExists(t, filepath.Dir(mine))
}

// A folder with files of a person's own is no place for a run that would overwrite them.
func TestTrainSparesAPersonsFiles(t *testing.T) {
	table := numbers(t)
	for _, name := range ownFiles {
		out := t.TempDir()
		path := filepath.Join(out, name)
		require.NoError(t, os.WriteFile(path, []byte("task: table\nepochs: 1\n"), 0o644))
		line := []string{"train", "table", "--data", table, "--epochs", "1", "--out", out}
		refused(line...).requireError(t, failed, "--out: "+out+" has "+name, "name another folder")
		if name == runFileName {
			refused("train", "table", "--config", path, "--data", table, "--out", out).requireError(t, failed, "has "+name)
		}
		require.Equal(t, []string{name}, files(t, out))
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "task: table\nepochs: 1\n", string(content))
	}
	out := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(out, "letter.txt"), nil, 0o644))
	told(t, "train", "table", "--data", table, "--epochs", "1", "--out", out)
	for _, name := range []string{checkpointName, stateName} { // as a run that was killed before its first state leaves it
		require.NoError(t, os.Remove(filepath.Join(out, name)))
	}
	told(t, "train", "table", "--data", table, "--epochs", "1", "--out", out)
}

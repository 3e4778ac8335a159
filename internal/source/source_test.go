package source_test

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/internal/kills"
	"multitorch/internal/source"
)

// content is what a package's file holds, by its name.
func content(name string) []byte { return bytes.Repeat([]byte(name+"\n"), 5000) }

func file(path string) source.File {
	c := content(filepath.Base(path))
	sum := sha512.Sum512(c)
	return source.File{Path: path, Size: int64(len(c)), SHA512: hex.EncodeToString(sum[:])}
}

// npm is a set of three packages of npm.
func npm() source.Set {
	s := source.Set{Name: "three"}
	for _, name := range []string{"a", "b", "c"} {
		p := source.Package{Manager: source.NPM, Spec: name + "@1", Files: []source.File{file(name + "-1.tgz")}}
		s.Packages = append(s.Packages, p)
	}
	return s
}

// apt is a set of one Debian package of which two files are kept.
func apt() source.Set {
	files := []source.File{file("usr/share/zoo/cat"), file("usr/share/zoo/dog")}
	return source.Set{Name: "zoo", Packages: []source.Package{{Manager: source.APT, Spec: "dataset-zoo", Files: files}}}
}

// programs puts shell scripts on PATH, alone. They find the files to deliver in $FROM.
func programs(t *testing.T, scripts map[string]string) {
	bin, from := t.TempDir(), t.TempDir()
	for _, name := range []string{"a-1.tgz", "b-1.tgz", "c-1.tgz", "cat", "dog"} {
		require.NoError(t, os.WriteFile(filepath.Join(from, name), content(name), 0o644))
	}
	for name, script := range scripts {
		sh := "#!/bin/sh\nPATH=/usr/bin:/bin\nFROM='" + from + "'\n" + script + "\n"
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte(sh), 0o755))
	}
	t.Setenv("PATH", bin)
}

const npmPack = `cp "$FROM/$(echo "$2" | tr @ -).tgz" "$4"`

// names lists what lies in a folder.
func names(t *testing.T, dir string) []string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var ns []string
	for _, e := range entries {
		ns = append(ns, e.Name())
	}
	return ns
}

func TestAPTUnpacksWhatItDownloads(t *testing.T) {
	dpkg := `[ "$1" = --extract ] && mkdir -p "$3/usr/share/zoo" && cp "$FROM/cat" "$FROM/dog" "$3/usr/share/zoo"`
	t.Setenv("MULTITORCH_DATA", t.TempDir())
	for name, script := range map[string]string{
		"with the system's lists": `[ "$*" = "download dataset-zoo" ] && touch dataset-zoo_1.deb`,
		"with lists of its own": `case "$1 $2" in
			update\ *) touch "${3#Dir::State=}/lists/zoo" ;;
			*) [ -e "${4#Dir::State=}/lists/zoo" ] && touch dataset-zoo_1.deb ;;
			esac`,
	} {
		programs(t, map[string]string{"apt-get": script, "dpkg-deb": dpkg})
		dir := filepath.Join(t.TempDir(), "new")
		require.NoError(t, apt().Fetch(t.Context(), dir, nil), name)
		require.Equal(t, []string{"cat", "dog"}, names(t, dir), name)
		require.NoError(t, apt().Verify(dir))
		read, err := file("cat").Read(dir)
		require.NoError(t, err)
		require.Equal(t, content("cat"), read)
	}
}

func TestAPTTakesAnInstalledPackage(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	source.SetInstalledRoot(t, root)
	require.NoError(t, os.MkdirAll(filepath.Join(root, "usr/share/zoo"), 0o755))
	for _, name := range []string{"cat", "dog"} {
		require.NoError(t, os.WriteFile(filepath.Join(root, "usr/share/zoo", name), content(name), 0o644))
	}
	programs(t, nil)
	require.NoError(t, apt().Fetch(t.Context(), dir, nil))
	require.Equal(t, []string{"cat", "dog"}, names(t, dir))

	require.NoError(t, os.WriteFile(filepath.Join(root, "usr/share/zoo/dog"), []byte("a wolf"), 0o644))
	err := apt().Fetch(t.Context(), t.TempDir(), nil)
	require.ErrorContains(t, err, "zoo: the data comes as a package of apt-get, but there is no apt-get on PATH")
	require.ErrorContains(t, err, `or run "apt-get download dataset-zoo" elsewhere and put cat, dog into `)
}

func TestAPTFailures(t *testing.T) {
	for _, c := range []struct{ apt, dpkg, want string }{
		{`echo "E: Unable to locate package" >&2; exit 100`, "", `"apt-get download dataset-zoo" failed (exit status 100)`},
		{`true`, "", "brought 0 packages"},
		{`touch x.deb`, `exit 2`, `x.deb" failed (exit status 2)`},
		{`touch x.deb`, `true`, "brought no cat"},
		{`touch x.deb`, `mkdir -p usr/share/zoo; echo wolf > usr/share/zoo/cat`, "not the package expected, and was not kept"},
	} {
		dir := t.TempDir()
		programs(t, map[string]string{"apt-get": c.apt, "dpkg-deb": c.dpkg})
		require.ErrorContains(t, apt().Fetch(t.Context(), dir, nil), c.want)
		require.Empty(t, names(t, dir))
	}
}

func TestWhatIsNoFileOfTheSet(t *testing.T) {
	programs(t, map[string]string{"npm": npmPack})
	for name, put := range map[string]func(path string) error{
		"a pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a folder": func(path string) error { return os.Mkdir(path, 0o755) },
		"a device": func(path string) error { return os.Symlink("/dev/zero", path) },
	} {
		dir := t.TempDir()
		require.NoError(t, put(filepath.Join(dir, "b-1.tgz")))
		require.ErrorContains(t, npm().Fetch(t.Context(), dir, nil), "is not a regular file", name)
		_, err := npm().Packages[1].Files[0].Read(dir)
		require.ErrorContains(t, err, "is not a regular file", name)
	}
}

func TestAFetchWaitsForAnother(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	programs(t, map[string]string{"npm": `[ "$2" = a@1 ] && cat '` + pipe + `'; ` + npmPack})
	first := make(chan error, 1)
	started := make(chan struct{}, 3)
	go func() { first <- npm().Fetch(t.Context(), dir, func(string) { started <- struct{}{} }) }()
	<-started

	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, npm().Fetch(ctx, dir, func(line string) {
		require.Contains(t, line, "another fetch into "+dir+" is under way")
		cancel()
	}), context.Canceled)

	second := make(chan error, 1)
	waits := make(chan struct{})
	go func() { second <- npm().Fetch(t.Context(), dir, func(string) { close(waits) }) }() // fetches nothing itself
	<-waits
	require.NoError(t, os.WriteFile(pipe, nil, 0))
	require.NoError(t, <-first)
	require.NoError(t, <-second)
	require.Equal(t, []string{"a-1.tgz", "b-1.tgz", "c-1.tgz"}, names(t, dir))
}

// helper is set in a process that only fetches, into the folder that it names.
const helper = "MULTITORCH_TEST_FETCH"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helper); dir != "" {
		if err := npm().Fetch(context.Background(), dir, nil); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if dir := os.Getenv(builder); dir != "" {
		if err := pip().Build(context.Background(), dir, nil, slowly); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	kills.HeedSignals()
	os.Exit(m.Run())
}

// TestKilledFetches kills processes at random moments of their fetch. Each time the manager's program and its children
// must be gone soon after, with all that they wrote; and the next fetch goes on from whole files. (A process that is killed
// before its guard runs, or while it moves what came, leaves that to the next fetch.)
func TestKilledFetches(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	// It writes as it loads, in a child, and takes no notice of signals that can be ignored.
	programs(t, map[string]string{"npm": `trap '' HUP INT TERM; echo $$ >> '` + pids + `'
		for part in 1 2 3 4 5; do
			head -c 50000 /dev/zero >> "$4/loading"
			sh -c 'echo $$ >> "` + pids + `"; sleep 0.02' &
			sleep 0.03
		done
		wait; rm "$4/loading"; ` + npmPack})
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	killed, left, times := 0, 0, kills.Times(20)
	for range times {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), helper+"="+dir)
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(random.IntN(250)) * time.Millisecond)
		signal := []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT}[random.IntN(4)]
		require.NoError(t, cmd.Process.Signal(signal))
		if cmd.Wait() != nil {
			killed++
		}
		require.Eventually(t, func() bool { return len(running(t, pids)) == 0 }, time.Minute, 5*time.Millisecond)
		waitForGuard(t, dir)
		if partial(t, dir) {
			left++
		}
		for _, p := range npm().Packages {
			if _, err := os.Stat(p.Files[0].In(dir)); err == nil {
				_, err := p.Files[0].Read(dir)
				require.NoError(t, err)
			}
		}
		if npm().Verify(dir) == nil {
			require.NoError(t, os.Remove(filepath.Join(dir, "b-1.tgz")))
		}
	}
	require.Greater(t, killed, times*2/3)
	require.LessOrEqual(t, left, times/2)
	require.NoError(t, npm().Fetch(t.Context(), dir, nil))
	require.Equal(t, []string{"a-1.tgz", "b-1.tgz", "c-1.tgz"}, names(t, dir))
	t.Logf("%d fetches, %d of them killed: %d left something for the next fetch to remove", times, killed, left)
}

// waitForGuard waits until the last process that has to do with a fetch has ended: each holds the folder's lock.
func waitForGuard(t *testing.T, dir string) {
	folder, err := os.Open(dir)
	require.NoError(t, err)
	defer folder.Close()
	require.Eventually(t, func() bool { return syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil },
		time.Minute, 5*time.Millisecond)
}

func partial(t *testing.T, dir string) bool {
	return slices.ContainsFunc(names(t, dir), func(name string) bool { return strings.HasPrefix(name, ".") })
}

// running lists the processes noted in a file that are still there.
func running(t *testing.T, pids string) []string {
	noted, err := os.ReadFile(pids)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	var there []string
	for _, pid := range strings.Fields(string(noted)) {
		state, err := os.ReadFile("/proc/" + pid + "/stat")
		if err == nil && !bytes.Contains(state, []byte(") Z ")) {
			there = append(there, pid)
		}
	}
	return there
}

// What a fetch left that was killed together with its guard is removed by the next.
func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, ".fetch-123", "usr"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".fetch-123", "loading"), content("x"), 0o644))
	programs(t, map[string]string{"npm": npmPack})
	require.NoError(t, npm().Fetch(t.Context(), dir, nil))
	require.Equal(t, []string{"a-1.tgz", "b-1.tgz", "c-1.tgz"}, names(t, dir))
}

// Where a program is missing nothing is made; a folder may be named from where the process is, though the program runs elsewhere.
func TestFoldersOfFetches(t *testing.T) {
	t.Chdir(t.TempDir())
	programs(t, nil)
	require.ErrorContains(t, npm().Fetch(t.Context(), "new/folder", nil), "there is no npm on PATH")
	require.NoDirExists(t, "new")

	programs(t, map[string]string{"npm": npmPack})
	require.NoError(t, npm().Fetch(t.Context(), "new/folder", nil))
	require.NotEmpty(t, names(t, "new/folder"))
	require.NoError(t, npm().Verify("new/folder"))
}

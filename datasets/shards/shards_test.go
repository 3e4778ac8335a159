package shards_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/datasets/shards"
	"multitorch/torch"
)

type entry struct{ name, content string }

func write(t testing.TB, path string, entries ...entry) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.content))}))
		_, err := w.Write([]byte(e.content))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
}

// six are six shards of three samples each.
func six(t testing.TB) string {
	dir := t.TempDir()
	for s := range 6 {
		var entries []entry
		for i := range 3 {
			key := fmt.Sprintf("./part/%d%d", s, i)
			entries = append(entries, entry{key + ".Seg.png", "p" + key}, entry{key + ".txt", "t"})
		}
		write(t, filepath.Join(dir, fmt.Sprintf("train-%02d.tar", s)), entries...)
	}
	return dir
}

func keys(t testing.TB, set datasets.IterableDataset[shards.Sample], opts ...datasets.Option) []string {
	loader, err := datasets.NewIterableLoaderFunc(set, func(all []shards.Sample) ([]string, error) {
		var names []string
		for _, s := range all {
			names = append(names, strings.TrimPrefix(s.Key, "part/"))
		}
		return names, nil
	}, opts...)
	require.NoError(t, err)
	var got []string
	for batch, err := range loader.All(context.Background()) {
		require.NoError(t, err)
		got = append(got, batch...)
	}
	return got
}

func TestReadAndDivide(t *testing.T) {
	dir := six(t)
	set, err := shards.Open(dir + "/train-{00..05}.tar")
	require.NoError(t, err)
	again, err := shards.Open(dir + "/train-*.tar")
	require.NoError(t, err)
	require.Equal(t, set.Paths, again.Paths)
	var all []string
	for s := range 6 {
		for i := range 3 {
			all = append(all, fmt.Sprintf("%d%d", s, i))
		}
	}
	require.Equal(t, all, keys(t, set))

	stream, err := set.Iterate(t.Context(), datasets.Worker{N: 1})
	require.NoError(t, err)
	first, err := stream.Next()
	require.NoError(t, err)
	require.NoError(t, stream.Close())
	require.Equal(t, map[string][]byte{"seg.png": []byte("p./part/00"), "txt": []byte("t")}, first.Files)

	// Every sample is read by one worker of one replica.
	var found []string
	for rank := range 2 {
		part, err := shards.Open(dir+"/train-*.tar", shards.Replica{Rank: rank, Of: 2}, shards.ShuffleShards(true))
		require.NoError(t, err)
		mixed, err := datasets.ShuffleBuffer[shards.Sample](part, 4)
		require.NoError(t, err)
		torch.ManualSeed(5)
		once := keys(t, mixed, datasets.Workers(3), datasets.BatchSize(2))
		torch.ManualSeed(5)
		require.Equal(t, once, keys(t, mixed, datasets.Workers(3), datasets.BatchSize(2)))
		found = append(found, once...)
	}
	require.NotEqual(t, all, found)
	slices.Sort(found)
	require.Equal(t, all, found)
}

// A pass goes on from where another one was.
func TestStartAt(t *testing.T) {
	dir := six(t)
	set, err := shards.Open(dir + "/train-*.tar")
	require.NoError(t, err)
	all := keys(t, set)
	stream, err := set.Iterate(t.Context(), datasets.Worker{N: 1})
	require.NoError(t, err)
	for i := range all {
		s, err := stream.Next()
		require.NoError(t, err)
		rest, err := shards.Open(dir+"/train-*.tar", shards.StartAt(s.At))
		require.NoError(t, err)
		require.Equal(t, all[i:], keys(t, rest))
	}
	require.NoError(t, stream.Close())
}

// Shards as the tar program makes them of a folder.
func TestShardOfTheTarProgram(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.jpg", "a.jpg", "a.txt", "b.txt", ".hidden", "README"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644))
	}
	out, err := exec.Command("tar", "--sort=name", "-C", dir, "-cf", filepath.Join(dir, "x.tar"), "--exclude=x.tar", ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	set, err := shards.Open(filepath.Join(dir, "x.tar"))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, keys(t, set))
}

func TestShardsThatAreWrong(t *testing.T) {
	dir := t.TempDir()
	failing := func(entries ...entry) error {
		path := filepath.Join(dir, "x.tar")
		write(t, path, entries...)
		return first(t, path)
	}
	require.ErrorContains(t, failing(entry{"a.txt", "1"}, entry{"b.txt", "2"}, entry{"a.jpg", "3"}), `x.tar: the files of "a" don't lie together`)
	require.ErrorContains(t, failing(entry{"a.txt", "1"}, entry{"a.TXT", "2"}), `"a.TXT" is there twice`)

	content, err := os.ReadFile(filepath.Join(six(t), "train-00.tar"))
	require.NoError(t, err)
	// Wherever it is cut: between two files, too.
	cut := filepath.Join(dir, "cut.tar")
	for n := 0; n < len(content)-512; n += 128 {
		require.NoError(t, os.WriteFile(cut, content[:n], 0o644))
		require.ErrorContains(t, first(t, cut), "the tar file is cut short", n)
	}
	require.NoError(t, os.WriteFile(cut, []byte(strings.Repeat("\x1f\x8b packed", 100)), 0o644))
	require.ErrorContains(t, first(t, cut), "or is no tar file, or a compressed one")
	require.NoError(t, os.WriteFile(cut, content, 0o644))
	require.ErrorIs(t, first(t, cut), io.EOF)
	require.ErrorContains(t, first(t, filepath.Join(dir, "none.tar")), "none.tar: no such file")
	large := filepath.Join(dir, "large.tar")
	write(t, large, entry{"a.bin", strings.Repeat("x", 1000)})
	set, err := shards.Open(large, shards.MaxFile(999))
	require.NoError(t, err)
	stream, err := set.Iterate(t.Context(), datasets.Worker{N: 1})
	require.NoError(t, err)
	_, err = stream.Next()
	require.ErrorContains(t, err, `"a.bin" has 1000 bytes`)

	for _, c := range []struct {
		pattern, want string
		opts          []shards.Option
	}{
		{dir + "/no-*.tar", "there is no such file", nil},
		{"x-{5..3}.tar", "expected a range of 1 to", nil},
		{"x-{0..99999999}.tar", "expected a range of 1 to", nil},
		{"x-{0..999}{0..9999}.tar", "more than 1000000 shards", nil},
		{"x.tar", "expected a rank from 0 to 1, but got 2 of 2", []shards.Option{shards.Replica{Rank: 2, Of: 2}}},
		{"x.tar", "StartAt and ShuffleShards", []shards.Option{shards.ShuffleShards(true), shards.StartAt{Shard: "x.tar"}}},
		{"x.tar", "y.tar is no shard of", []shards.Option{shards.StartAt{Shard: "y.tar"}}},
	} {
		_, err := shards.Open(c.pattern, c.opts...)
		require.ErrorContains(t, err, c.want)
	}
}

// first is the error at which a pass over a shard ends, or nil.
func first(t testing.TB, path string) error {
	set, err := shards.Open(path)
	require.NoError(t, err)
	stream, err := set.Iterate(t.Context(), datasets.Worker{N: 1})
	require.NoError(t, err)
	defer stream.Close()
	for {
		if _, err := stream.Next(); err != nil {
			return err
		}
	}
}

func FuzzShards(f *testing.F) {
	content, err := os.ReadFile(filepath.Join(six(f), "train-00.tar"))
	require.NoError(f, err)
	f.Add(content)
	path := filepath.Join(f.TempDir(), "x.tar")
	f.Fuzz(func(t *testing.T, content []byte) {
		require.NoError(t, os.WriteFile(path, content, 0o644))
		require.Error(t, first(t, path)) // io.EOF at best
	})
}

func ExampleOpen() {
	set, err := shards.Open("train-{000..002}.tar")
	fmt.Println(set.Paths, err)
	// Output: [train-000.tar train-001.tar train-002.tar] <nil>
}

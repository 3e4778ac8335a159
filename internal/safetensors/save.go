package safetensors

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"multitorch/internal/atomicfile"
)

// Suffix ends the name of a file, and IndexSuffix makes an index's name of it.
const (
	Suffix      = ".safetensors"
	IndexSuffix = ".index.json"
)

// Save writes a model as one file, and removes what was there of it in several.
func Save(path string, write func(io.Writer) error) error {
	unlock := lock(filepath.Dir(path))
	defer unlock()
	if err := atomicfile.Write(path, write); err != nil {
		return err
	}
	return errors.Join(removeIfThere(path+IndexSuffix), removeShards(path, nil))
}

// SaveShards writes a model as several files and an index of them, which index writes when it is given their names.
//
// The files get names that none has so far, the index takes the place of the one before, and then the files go that it
// does not name. So whenever this ends, the old index or the new one is there, with all its files. What killed saves left
// behind is named by no index, and goes with the next save.
func SaveShards(path string, shards []func(io.Writer) error, index func(w io.Writer, names []string) error) (err error) {
	dir := filepath.Dir(path)
	unlock := lock(dir)
	defer unlock()
	if named := namedBy(path + IndexSuffix); named != nil {
		if err := removeShards(path, named); err != nil {
			return err
		}
	}
	names := freshNames(path, len(shards))
	complete := false
	defer func() { // also on the way out of a panic
		if !complete && !namedBy(path + IndexSuffix)[names[0]] {
			for _, name := range names {
				err = errors.Join(err, removeIfThere(filepath.Join(dir, name)))
			}
		}
	}()
	for i, write := range shards {
		if err := atomicfile.Write(filepath.Join(dir, names[i]), write); err != nil {
			return err
		}
	}
	if err := atomicfile.Write(path+IndexSuffix, func(w io.Writer) error { return index(w, names) }); err != nil {
		return err
	}
	complete = true
	keep := map[string]bool{}
	for _, name := range names {
		keep[name] = true
	}
	return errors.Join(removeIfThere(path), removeShards(path, keep))
}

// freshNames are Hugging Face's, "model-00001-of-00003.safetensors", with a number before the suffix where these are
// taken.
func freshNames(path string, n int) []string {
	stem := strings.TrimSuffix(filepath.Base(path), Suffix)
	names := make([]string, n)
	for generation := 1; ; generation++ {
		taken := false
		for i := range names {
			number := ""
			if generation > 1 {
				number = fmt.Sprintf(".%d", generation)
			}
			names[i] = fmt.Sprintf("%s-%05d-of-%05d%s%s", stem, i+1, n, number, Suffix)
			_, err := os.Lstat(filepath.Join(filepath.Dir(path), names[i]))
			taken = taken || err == nil
		}
		if !taken {
			return names
		}
	}
}

// namedBy are the files of an index; nil where there is none that can be read.
func namedBy(index string) map[string]bool {
	text, err := os.ReadFile(index)
	if err != nil {
		return nil
	}
	x, err := ParseIndex(text)
	if err != nil {
		return nil
	}
	named := make(map[string]bool, len(x.Tensors))
	for name := range x.Tensors {
		named[name] = true
	}
	return named
}

// shardName is what a shard has behind the stem.
var shardName = regexp.MustCompile(`^-\d{5}-of-\d{5}(\.\d+)?\.safetensors$`)

// removeShards removes the files of a model that are not among those to keep, and what killed saves left of any.
func removeShards(path string, keep map[string]bool) error {
	dir, stem := filepath.Dir(path), strings.TrimSuffix(filepath.Base(path), Suffix)
	isShard := func(name string) bool {
		rest, is := strings.CutPrefix(name, stem)
		return is && shardName.MatchString(rest)
	}
	atomicfile.RemoveLeftovers(path)
	atomicfile.RemoveLeftovers(path + IndexSuffix)
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		name := e.Name()
		if isShard(name) && !e.IsDir() && !keep[name] {
			err = errors.Join(err, removeIfThere(filepath.Join(dir, name)))
		}
		if of := atomicfile.LeftoverOf(name); isShard(of) {
			atomicfile.RemoveLeftovers(filepath.Join(dir, of))
		}
	}
	return err
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// lock keeps others from saving into a folder until it is unlocked, where the file system can do that. The lock ends with
// the process, too, and leaves nothing behind.
func lock(dir string) (unlock func()) {
	d, err := os.Open(dir)
	if err != nil {
		return func() {}
	}
	for {
		if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX); err != syscall.EINTR {
			break
		}
	}
	return func() { d.Close() }
}

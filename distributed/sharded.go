package distributed

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"multitorch/internal/atomicfile"
	"multitorch/torch"
)

// shardIndex is index.json of a sharded checkpoint: which files are of it.
type shardIndex struct {
	Save  string `json:"save"` // what the files' names begin with
	Ranks int    `json:"ranks"`
}

const (
	indexName = "index.json"
	mostRanks = 1 << 16
)

func (x shardIndex) file(rank int) string {
	return fmt.Sprintf("%s-%05d-of-%05d.safetensors", x.Save, rank, x.Ranks)
}

var saveName = regexp.MustCompile(`^[a-z0-9]{8,64}$`)

// SaveSharded writes tensors that every rank has some of, each rank its own, into a folder that all see: an optimizer's state
// (see [ZeroRedundancyOptimizer]), or parts of a model. Tensors of one name on several ranks must be the same; give those on
// one rank. The files are of fresh names, and the index that names them is renamed into its place when all are there: until
// then, also after a kill or an error on any rank, which all return, the folder holds what was saved before.
func SaveSharded(g *Group, dir string, tensors []torch.NamedTensor, metadata map[string]string) error {
	save, err := BroadcastObject(g, strings.ToLower(rand.Text()), 0)
	if err != nil {
		return err
	}
	index := shardIndex{save, g.WorldSize()}
	wrong := ""
	if err := os.MkdirAll(dir, 0o755); err != nil {
		wrong = err.Error()
	} else if err := torch.SaveSafetensors(filepath.Join(dir, index.file(g.Rank())), tensors, metadata); err != nil {
		wrong = err.Error()
	}
	if err := allWell(g, "SaveSharded", wrong); err != nil {
		return err
	}
	if g.Rank() == 0 {
		wrong = index.write(dir)
	}
	return allWell(g, "SaveSharded", wrong)
}

// allWell is an error where a rank has one.
func allWell(g *Group, what, wrong string) error {
	all, err := AllGatherObject(g, wrong)
	if err != nil {
		return err
	}
	for r, text := range all {
		if text != "" {
			return &RankError{Ranks: []int{g.ranks[r]}, Reason: fmt.Sprintf("can't save: %s: %s", what, text)}
		}
	}
	return nil
}

// write names the new files, and removes those of earlier saves.
func (x shardIndex) write(dir string) (wrong string) {
	err := atomicfile.Write(filepath.Join(dir, indexName), func(w io.Writer) error { return json.NewEncoder(w).Encode(x) })
	if err != nil {
		return err.Error()
	}
	old, err := filepath.Glob(filepath.Join(dir, "*-?????-of-?????.safetensors"))
	for _, path := range old {
		if !strings.HasPrefix(filepath.Base(path), x.Save+"-") {
			err = errors.Join(err, os.Remove(path))
		}
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// LoadSharded reads what [SaveSharded] wrote, all of it, whatever number of ranks wrote it and reads it now.
func LoadSharded(dir string) (tensors []torch.NamedTensor, metadata map[string]string, err error) {
	path := filepath.Join(dir, indexName)
	index, err := readIndex(path)
	if err != nil {
		return nil, nil, err
	}
	metadata = map[string]string{}
	from := map[string]string{}
	for r := range index.Ranks {
		file := index.file(r)
		ts, more, err := torch.LoadSafetensors(filepath.Join(dir, file))
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil, fmt.Errorf("%s names %d files, but %s is not there: %w", path, index.Ranks, file, err)
		}
		if err != nil {
			return nil, nil, err
		}
		for _, t := range ts {
			if other, has := from[t.Name]; has {
				return nil, nil, fmt.Errorf("%s: the tensor %q is in %s and in %s: expected it once", dir, t.Name, other, file)
			}
			from[t.Name] = file
			tensors = append(tensors, t)
		}
		for key, text := range more {
			if before, has := metadata[key]; has && before != text {
				return nil, nil, fmt.Errorf("%s: the metadata %q of %s are other than those of the files before it", dir, key, file)
			}
			metadata[key] = text
		}
	}
	return tensors, metadata, nil
}

func readIndex(path string) (x shardIndex, err error) {
	f, err := os.Open(path)
	if err != nil {
		return x, err
	}
	defer f.Close()
	const most = 1 << 12
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err == nil {
		err = json.Unmarshal(text, &x)
	}
	if err == nil && (!saveName.MatchString(x.Save) || x.Ranks < 1 || x.Ranks > mostRanks) {
		err = fmt.Errorf("expected a save's name and from 1 to %d ranks, but got %.40q, %d", mostRanks, x.Save, x.Ranks)
	}
	if err != nil {
		return x, fmt.Errorf("%s: no index of a sharded checkpoint: %w", path, err)
	}
	return x, nil
}

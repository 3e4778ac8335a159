package shards

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"multitorch/datasets"
)

// Sample is the files of one name.
type Sample struct {
	Key   string            // the name up to its first dot, with its folders: "a/000017"
	Files map[string][]byte // by the rest of the name, in lower case: "jpg", "seg.png"
	At    Position          // where it was found
}

// Position is a place in a data set, to go on from: see [StartAt].
type Position struct {
	Shard  string // the tar file's path
	Sample int    // in that file, from 0
}

// Config are the settings of [Open].
type Config struct {
	ShuffleShards bool  // in another order in every pass, by the worker's seed
	Replicas      int   // processes that share the data set: 1
	Rank          int   // which of them this is, from 0
	MaxFile       int64 // bytes of a file in a shard: 256 MiB
	MaxSample     int64 // bytes of a sample: 1 GiB
	Start         Position
}

// Option is an option of [Open]: [ShuffleShards], [Replica], [StartAt], [MaxFile].
type Option interface{ shards(c *Config) }

// ShuffleShards reads the shards in another order in every pass. All workers of a loader shuffle by the same seed.
type ShuffleShards bool

// Replica says that Of processes share the data set, and which one this is.
type Replica struct{ Rank, Of int }

// StartAt goes on from the sample at a position: what comes before it in its shard is passed over, and so are the shards
// before that one. The order must be the one in which it was found: not with ShuffleShards.
type StartAt Position

// MaxFile is the most bytes of a file in a shard that are read.
type MaxFile int64

func (v ShuffleShards) shards(c *Config) { c.ShuffleShards = bool(v) }
func (v Replica) shards(c *Config)       { c.Rank, c.Replicas = v.Rank, v.Of }
func (v StartAt) shards(c *Config)       { c.Start = Position(v) }
func (v MaxFile) shards(c *Config)       { c.MaxFile = int64(v) }

// Set is shards. It is a datasets.IterableDataset of [Sample].
type Set struct {
	Paths []string // of all shards, in order
	c     Config
}

// Open names shards by a pattern: a path in which {0000..0146} stands for these numbers, or with *, ? and [] as in
// filepath.Match, sorted. No shard is opened yet.
func Open(pattern string, opts ...Option) (*Set, error) {
	s := &Set{c: Config{Replicas: 1, MaxFile: 256 << 20, MaxSample: 1 << 30}}
	for _, o := range opts {
		o.shards(&s.c)
	}
	c := &s.c
	switch {
	case c.Replicas < 1 || c.Rank < 0 || c.Rank >= c.Replicas:
		return nil, fmt.Errorf("shards: expected a rank from 0 to %d, but got %d of %d", max(0, c.Replicas-1), c.Rank, c.Replicas)
	case c.MaxFile < 1:
		return nil, fmt.Errorf("shards: MaxFile: expected at least 1, but got %d", c.MaxFile)
	case c.ShuffleShards && c.Start != Position{}:
		return nil, errors.New("shards: StartAt and ShuffleShards exclude each other: a position has a meaning in one order only")
	}
	var err error
	if s.Paths, err = expand(pattern); err != nil {
		return nil, fmt.Errorf("shards: %q: %w", pattern, err)
	}
	if c.Start.Shard != "" && !slices.Contains(s.Paths, c.Start.Shard) {
		return nil, fmt.Errorf("shards: StartAt: %s is no shard of %q", c.Start.Shard, pattern)
	}
	return s, nil
}

// braces is a range of numbers in a pattern.
var braces = regexp.MustCompile(`\{(\d+)\.\.(\d+)\}`)

// maxShards bounds what a pattern can stand for.
const maxShards = 1_000_000

func expand(pattern string) ([]string, error) {
	m := braces.FindStringSubmatchIndex(pattern)
	if m == nil {
		if !strings.ContainsAny(pattern, "*?[") {
			return []string{pattern}, nil
		}
		paths, err := filepath.Glob(pattern)
		if err == nil && len(paths) == 0 {
			err = errors.New("there is no such file")
		}
		return paths, err
	}
	first, last := pattern[m[2]:m[3]], pattern[m[4]:m[5]]
	from, err := strconv.Atoi(first)
	if err != nil {
		return nil, err
	}
	to, err := strconv.Atoi(last)
	if err != nil {
		return nil, err
	}
	if to < from || to-from >= maxShards {
		return nil, fmt.Errorf("expected a range of 1 to %d numbers, but got %s to %s", maxShards, first, last)
	}
	var paths []string
	for i := from; i <= to; i++ {
		more, err := expand(fmt.Sprintf("%s%0*d%s", pattern[:m[0]], len(first), i, pattern[m[1]:]))
		if err != nil {
			return nil, err
		}
		if paths = append(paths, more...); len(paths) > maxShards {
			return nil, fmt.Errorf("it stands for more than %d shards", maxShards)
		}
	}
	return paths, nil
}

// Iterate begins at the first shard of the replica's worker.
func (s *Set) Iterate(ctx context.Context, w datasets.Worker) (datasets.Stream[Sample], error) {
	paths := slices.Clone(s.Paths)
	if s.c.ShuffleShards {
		shared := rand.New(rand.NewPCG(uint64(w.Seed-int64(w.ID)), 1)) // the loader's seed, so that all agree
		shared.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	}
	skip := 0
	if s.c.Start.Shard != "" {
		skip = slices.Index(paths, s.c.Start.Shard)
	}
	r := &reader{ctx: ctx, c: &s.c}
	workers := max(1, w.N)
	for i, path := range paths {
		if i >= skip && i%(s.c.Replicas*workers) == s.c.Rank*workers+w.ID {
			r.paths = append(r.paths, path)
		}
	}
	return r, nil
}

var _ datasets.IterableDataset[Sample] = (*Set)(nil)

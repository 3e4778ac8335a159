package shards

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// reader is a pass over some shards.
type reader struct {
	ctx   context.Context
	c     *Config
	paths []string // that were not opened yet

	file    *os.File
	archive *tar.Reader
	shard   string
	sample  int         // of the next one
	ahead   *tar.Header // of a file that was met and belongs to the next sample
	seen    map[string]bool
	content *content
}

// Next is the next sample. An error names the shard, and the file in it.
func (r *reader) Next() (Sample, error) {
	for {
		if err := r.ctx.Err(); err != nil {
			return Sample{}, err
		}
		if r.file == nil {
			if len(r.paths) == 0 {
				return Sample{}, io.EOF
			}
			if err := r.open(); err != nil {
				return Sample{}, fmt.Errorf("shards: %w", err)
			}
		}
		s, err := r.read()
		if errors.Is(err, io.EOF) {
			if err := r.Close(); err != nil {
				return Sample{}, err
			}
			continue
		}
		if err != nil {
			return Sample{}, fmt.Errorf("shards: %s: %w", r.shard, err)
		}
		at := s.At
		if at.Shard == r.c.Start.Shard && at.Sample < r.c.Start.Sample {
			continue
		}
		return s, nil
	}
}

func (r *reader) open() (err error) {
	r.shard, r.paths = r.paths[0], r.paths[1:]
	if r.file, err = os.Open(r.shard); err != nil {
		return err
	}
	r.content = &content{r.file, false}
	r.archive, r.sample, r.ahead, r.seen = tar.NewReader(r.content), 0, nil, map[string]bool{}
	return nil
}

// Close ends the pass.
func (r *reader) Close() (err error) {
	if r.file != nil {
		err = r.file.Close()
		r.file = nil
	}
	return err
}

// read puts together the files of one name, which lie one after the other.
func (r *reader) read() (s Sample, err error) {
	s.Files = map[string][]byte{}
	size := int64(0)
	for {
		header := r.ahead
		r.ahead = nil
		if header == nil {
			if header, err = r.archive.Next(); errors.Is(err, io.EOF) && r.content.over {
				return s, errCut
			}
			if errors.Is(err, io.EOF) && s.Key != "" {
				break
			}
			if err != nil {
				return s, cut(err)
			}
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		key, ending, ok := split(header.Name)
		if !ok { // a hidden file, as macOS leaves, or one without an ending
			continue
		}
		if s.Key == "" {
			if r.seen[key] {
				return s, fmt.Errorf("the files of %.200q don't lie together: make the shard of sorted names", key)
			}
			s.Key, s.At = key, Position{r.shard, r.sample}
		}
		if key != s.Key {
			r.ahead = header
			break
		}
		if _, ok := s.Files[ending]; ok {
			return s, fmt.Errorf("%.200q is there twice", header.Name)
		}
		if size += header.Size; header.Size > r.c.MaxFile || size > r.c.MaxSample {
			return s, fmt.Errorf("%.200q has %d bytes, and its sample %d: expected at most %d and %d",
				header.Name, header.Size, size, r.c.MaxFile, r.c.MaxSample)
		}
		if s.Files[ending], err = io.ReadAll(r.archive); err != nil {
			return s, fmt.Errorf("%.200q: %w", header.Name, cut(err))
		}
	}
	r.sample++
	r.seen[s.Key] = true
	return s, nil
}

// content is a file that knows whether its end was reached. A tar file ends with an empty block; one that was cut between
// two files ends without, and its last sample may lack some.
type content struct {
	file io.Reader
	over bool
}

func (c *content) Read(p []byte) (n int, err error) {
	n, err = c.file.Read(p)
	c.over = c.over || errors.Is(err, io.EOF)
	return n, err
}

var errCut = errors.New("the tar file is cut short: it has no end")

// cut says of a file that ends early that it does, and of what is no tar file what it may be.
func cut(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the tar file is cut short: %w", err)
	case errors.Is(err, tar.ErrHeader):
		return fmt.Errorf("the file is damaged, or is no tar file, or a compressed one: %w", err)
	}
	return err
}

// split parts a name at the first dot of its last element, as WebDataset does.
func split(name string) (key, ending string, ok bool) {
	name = strings.TrimPrefix(name, "./")
	dir, base := path.Split(name)
	stem, ending, ok := strings.Cut(base, ".")
	return dir + stem, strings.ToLower(ending), ok && stem != "" && ending != ""
}

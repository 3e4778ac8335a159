package emoji10

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"multitorch/internal/atomicfile"
)

// The prepared files. formatVersion is raised whenever their form or content changes.
const (
	formatVersion = 1
	indexFile     = "emoji10.json"
	pixelsFile    = "emoji10.u8"
	maxIndex      = 64 << 20 // bytes; the real one has 0.5 MB
)

// ErrNotPrepared is the kind of Load's error when the prepared files are missing, damaged or of another version: Open
// or Prepare makes them anew.
var ErrNotPrepared = errors.New("the data is not prepared")

// index is emoji10.json.
type index struct {
	Version int      `json:"version"`
	Sources []string `json:"sources"`
	Classes []string `json:"classes"`
	Vendors []string `json:"vendors"`
	Pixels  pixels   `json:"pixels"`
	Emoji   []Emoji  `json:"emoji"`
}

type pixels struct {
	File   string `json:"file"`
	Shape  []int  `json:"shape"`
	SHA256 string `json:"sha256"`
}

// Load reads the prepared files in dir and checks them: version, shape, size and checksum. It takes some tens of
// milliseconds, fetches nothing and writes nothing.
//
// An empty dir means the default (see Dir). The error is an ErrNotPrepared when the files have to be made (anew).
func Load(dir string) (*Data, error) { return emoji16.load(dir) }

func (e edition) load(dir string) (*Data, error) {
	dir, err := Dir(dir)
	if err != nil {
		return nil, err
	}
	described, err := readBounded(filepath.Join(dir, indexFile), maxIndex)
	if err != nil {
		return nil, err
	}
	idx, err := e.parseIndex(described)
	if err != nil {
		return nil, fmt.Errorf("emoji10: %w: %s %.400v", ErrNotPrepared, filepath.Join(dir, indexFile), err)
	}
	size := len(idx.Emoji) * numVendors * imageBytes
	raw, err := readBounded(filepath.Join(dir, pixelsFile), int64(size))
	if err != nil {
		return nil, err
	}
	if len(raw) != size || checksum(raw) != idx.Pixels.SHA256 {
		return nil, fmt.Errorf("emoji10: %w: %s (%d bytes) is not the file that %s describes (%d bytes, SHA-256 %.16s…)",
			ErrNotPrepared, filepath.Join(dir, pixelsFile), len(raw), indexFile, size, idx.Pixels.SHA256)
	}
	return &Data{Emoji: idx.Emoji, Dir: dir, pixels: raw}, nil
}

// parseIndex decodes emoji10.json and checks all that the rest of the package relies on.
func (e edition) parseIndex(described []byte) (*index, error) {
	var version struct{ Version int }
	if err := json.Unmarshal(described, &version); err != nil {
		return nil, fmt.Errorf("is damaged: %w", err)
	}
	if version.Version != formatVersion {
		return nil, fmt.Errorf("has format version %d, expected %d", version.Version, formatVersion)
	}
	var idx index
	if err := json.Unmarshal(described, &idx); err != nil {
		return nil, fmt.Errorf("is damaged: %w", err)
	}
	if want := e.sources(); !slices.Equal(idx.Sources, want) {
		return nil, fmt.Errorf("was made from %q, expected %q", idx.Sources, want)
	}
	if !slices.Equal(idx.Classes, Classes()) || !slices.Equal(idx.Vendors, Vendors()) {
		return nil, fmt.Errorf("is damaged: it has the classes %q by %q", idx.Classes, idx.Vendors)
	}
	if want := shape(len(idx.Emoji)); idx.Pixels.File != pixelsFile || !slices.Equal(idx.Pixels.Shape, want) {
		return nil, fmt.Errorf("is damaged: it describes %q with shape %v, expected %q with shape %v",
			idx.Pixels.File, idx.Pixels.Shape, pixelsFile, want)
	}
	var counts [numClasses]int
	for i, em := range idx.Emoji {
		fits := func(tokens []string) bool { return len(tokens) >= 1 && len(tokens) <= MaxTokens }
		if em.Hexcode == "" || em.Stem == "" || em.Class < 0 || em.Class >= numClasses || !fits(em.LabelTokens) || !fits(em.TagTokens) {
			return nil, fmt.Errorf("is damaged: entry %d of emoji is incomplete (%q)", i, em.Label)
		}
		counts[em.Class]++
	}
	if counts != e.counts {
		return nil, fmt.Errorf("is damaged: it has %v emoji in the classes, expected %v", counts, e.counts)
	}
	return &idx, nil
}

// save writes the pixels first: until the description follows, what is there is the old description with pixels that do
// not match it, which Load notices.
func (e edition) save(data *Data) error {
	write := func(name string, content []byte) error {
		err := atomicfile.Write(filepath.Join(data.Dir, name), func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		})
		if err != nil {
			return fmt.Errorf("emoji10: %w", err)
		}
		return nil
	}
	described, err := json.MarshalIndent(index{
		Version: formatVersion,
		Sources: e.sources(),
		Classes: Classes(),
		Vendors: Vendors(),
		Pixels:  pixels{File: pixelsFile, Shape: shape(len(data.Emoji)), SHA256: checksum(data.pixels)},
		Emoji:   data.Emoji,
	}, "", " ")
	if err != nil {
		return fmt.Errorf("emoji10: %w", err)
	}
	if err := write(pixelsFile, data.pixels); err != nil {
		return err
	}
	return write(indexFile, append(described, '\n'))
}

// readBounded reads a file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("emoji10: %w: there is no %s", ErrNotPrepared, path)
	}
	if err != nil {
		return nil, fmt.Errorf("emoji10: %w", err)
	}
	if !info.Mode().IsRegular() { // a pipe would hold us up
		return nil, fmt.Errorf("emoji10: %s is no regular file; move it away", path)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("emoji10: %w: %s has %d bytes, expected at most %d", ErrNotPrepared, path, info.Size(), limit)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("emoji10: %w", err)
	}
	return content, nil
}

func (e edition) sources() []string {
	var specs []string
	for _, p := range e.set().Packages {
		specs = append(specs, p.Spec)
	}
	return specs
}

func shape(emoji int) []int { return []int{emoji, numVendors, 3, ImageSize, ImageSize} }

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

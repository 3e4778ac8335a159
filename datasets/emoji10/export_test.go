package emoji10

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"testing"

	"multitorch/internal/source"
)

// Edition lets tests run the package's own functions on packages of a few kilobytes.
type Edition struct{ edition }

// NewEdition pins the given packages (google, twitter, texts) as the expected ones.
func NewEdition(packages [3][]byte, counts [10]int) Edition {
	pin := func(name string, content []byte) source.Package {
		sum := sha512.Sum512(content)
		return npmPackage(name, "1.0.0", int64(len(content)), hex.EncodeToString(sum[:]))
	}
	return Edition{edition{
		pictures: [2]source.Package{pin("mini-google", packages[0]), pin("mini-twitter", packages[1])},
		texts:    pin("mini-texts", packages[2]),
		counts:   counts,
	}}
}

// Pretend makes the edition the one that the package's functions take for real, until the test ends.
func (e Edition) Pretend(t testing.TB) {
	before := emoji16
	t.Cleanup(func() { emoji16 = before })
	emoji16 = e.edition
}

func (e Edition) Files() []string {
	var files []string
	for _, p := range e.set().Packages {
		files = append(files, p.Files[0].Name())
	}
	return files
}

func (e Edition) Open(ctx context.Context, dir string, log func(string)) (*Data, error) {
	return e.open(ctx, dir, log)
}

func (e Edition) Fetch(ctx context.Context, dir string, log func(string)) error {
	return e.set().Fetch(ctx, dir, log)
}

func (e Edition) Prepare(ctx context.Context, dir string, log func(string)) (*Data, error) {
	return e.prepare(ctx, dir, log)
}

func (e Edition) Load(dir string) (*Data, error) { return e.load(dir) }

// ReadTgz reads a package from memory and returns the sizes of its files.
func ReadTgz(ctx context.Context, content []byte) (map[string]int, error) {
	sizes := map[string]int{}
	err := readTgz(ctx, bytes.NewReader(content), func(string) bool { return true }, func(name string, content []byte) error {
		sizes[name] = len(content)
		return nil
	})
	return sizes, err
}

// ParseIndex reads emoji10.json from memory.
func (e Edition) ParseIndex(content []byte) ([]Emoji, error) {
	idx, err := e.parseIndex(content)
	if err != nil {
		return nil, err
	}
	return idx.Emoji, nil
}

package tuxpaint

import (
	"context"
	"crypto/sha512"
	"encoding/hex"

	"multitorch/internal/source"
)

// Edition lets tests run the package's own functions on a package of a few kilobytes.
type Edition struct{ edition }

// NewEdition pins the content of a package, and how many stamps must come out of it.
func NewEdition(content []byte, count int) Edition {
	sum := sha512.Sum512(content)
	pkg := editions[0].pkg
	pkg.Files = []source.File{{Path: editions[0].deb().Path, Size: int64(len(content)), SHA512: hex.EncodeToString(sum[:])}}
	return Edition{edition{pkg, count}}
}

func (e Edition) Open(ctx context.Context, dir string) (*Data, error) { return e.open(ctx, dir, nil) }

func (e Edition) Load(dir string) (*Data, error) { return e.load(dir) }

// Captions reads a stamp's text.
func Captions(content []byte) map[string]string { return captions(content) }

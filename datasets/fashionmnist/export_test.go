package fashionmnist

import (
	"context"
	"crypto/sha512"
	"encoding/hex"

	"multitorch/internal/source"
)

// Edition lets tests run the package's own functions on files of a few kilobytes.
type Edition struct{ edition }

// NewEdition pins the given files (train pictures and labels, test pictures and labels) as the expected ones.
func NewEdition(files [4][]byte, counts [2]int) Edition {
	pin := func(like source.File, content []byte) source.File {
		sum := sha512.Sum512(content)
		return source.File{Path: like.Path, Size: int64(len(content)), SHA512: hex.EncodeToString(sum[:])}
	}
	train := sideFiles{pin(trainFiles.pictures, files[0]), pin(trainFiles.labels, files[1])}
	test := sideFiles{pin(testFiles.pictures, files[2]), pin(testFiles.labels, files[3])}
	return Edition{newEdition(train, test, counts)}
}

func (e Edition) Open(ctx context.Context, dir string) (*Data, error) { return e.open(ctx, dir, nil) }

func (e Edition) Load(dir string) (*Data, error) { return e.load(dir) }

// Unpack reads a packed IDX file from memory.
func Unpack(packed []byte, want ...int) ([]uint8, error) { return unpack(packed, want) }

package trainer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync/atomic"

	"multitorch/internal/atomicfile"
	"multitorch/torch"
)

// checksumKey is where the checksum lies in a file's metadata.
const checksumKey = "multitorch.sha256"

// unsealed stands for the checksum until it is known.
var unsealed = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// saveSealed writes tensors with the checksum of a text and of them among the metadata: whole, or not at all.
//
// The checksum stands in the file's head, before what it is of. It is computed while the rest is written, which takes a disk as
// long, and is put into its place before the file gets its name.
func saveSealed(path, text string, tensors []torch.NamedTensor, metadata map[string]string) error {
	metadata = maps.Clone(metadata)
	metadata[checksumKey] = unsealed
	sum := beginSum(text, tensors)
	defer sum.stop()
	var head headWriter
	return atomicfile.WriteLate(path, func(w io.Writer) error {
		head.Writer = w
		return torch.WriteSafetensors(&head, tensors, metadata)
	}, func() (late atomicfile.Late, err error) {
		late.At = head.seal
		late.Bytes, err = sum.wait()
		return late, err
	})
}

// headWriter finds out where the checksum stands in the head, which is what is written first.
type headWriter struct {
	io.Writer
	seal int64 // 0 before the first write
}

func (w *headWriter) Write(p []byte) (int, error) {
	if w.seal == 0 {
		before := []byte(`"` + checksumKey + `":"`) // in a text the quotes would have backslashes before them
		at := bytes.Index(p, append(before, unsealed...))
		if at < 0 {
			return 0, fmt.Errorf("the file's head has no place for its checksum: expected the metadata %q in it", checksumKey)
		}
		w.seal = int64(at + len(before))
	}
	return w.Writer.Write(p)
}

// pendingSum is a checksum that is being computed.
type pendingSum struct {
	stopped atomic.Bool
	done    chan struct{}
	sum     string
	err     error
}

func beginSum(text string, tensors []torch.NamedTensor) *pendingSum {
	s := &pendingSum{done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.sum, s.err = checksum(text, tensors, &s.stopped)
	}()
	return s
}

// wait is the checksum.
func (s *pendingSum) wait() ([]byte, error) {
	<-s.done
	return []byte(s.sum), s.err
}

// stop ends it where it is not wanted any more. The tensors are the caller's own again afterwards.
func (s *pendingSum) stop() {
	s.stopped.Store(true)
	<-s.done
}

var errStopped = errors.New("the checksum is not wanted any more")

// checksum is a SHA-256 of a text, a newline, and what [torch.WriteContents] says of the tensors. It ends early once stopped, which
// may be nil, is true.
func checksum(text string, tensors []torch.NamedTensor, stopped *atomic.Bool) (string, error) {
	sum := sha256.New()
	h := writerFunc(func(p []byte) (int, error) {
		if stopped != nil && stopped.Load() {
			return 0, errStopped
		}
		return sum.Write(p)
	})
	if _, err := io.WriteString(h, text+"\n"); err != nil {
		return "", err
	}
	if err := torch.WriteContents(h, tensors); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

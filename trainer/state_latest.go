package trainer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"multitorch/internal/atomicfile"
	"multitorch/torch"
)

// PreviousState is where [ReplaceState] keeps the state before the one in path: "state.previous.safetensors" beside
// "state.safetensors".
func PreviousState(path string) string {
	ext := filepath.Ext(path)
	return strings.TrimSuffix(path, ext) + ".previous" + ext
}

// ReplaceState writes a state as [SaveState] does, and keeps the one that was there as [PreviousState]. That one's
// predecessor goes once the new state is on the disk, so the disk needs room for three. Whenever the program is killed,
// path is a whole state, the old one or the new.
//
// Where the file system has no hard links, no previous state is kept.
func ReplaceState(path string, state *torch.Dict, metadata map[string]string) error {
	fresh := path + ".new"
	if err := SaveState(fresh, state, metadata); err != nil {
		return err
	}
	previous := PreviousState(path)
	if err := os.Remove(previous); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("checkpoint %s: the state before the last can't be removed: %w", path, err)
	}
	_ = os.Link(path, previous) // not the first time, and where there are links
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("checkpoint %s: %w", path, err)
	}
	if err := atomicfile.SyncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("checkpoint %s: the file is in place, but its folder could not be forced to disk: %w", path, err)
	}
	return nil
}

// LoadLatestState reads the state in path; where that is damaged or gone, the previous one, and damaged is then what was wrong
// with it. A run that goes on from there takes some steps once more, with the same numbers. Where neither can be used, the error
// names both.
func LoadLatestState(path string) (state *torch.Dict, metadata map[string]string, damaged, err error) {
	state, metadata, err = LoadState(path)
	if err == nil {
		return state, metadata, nil, nil
	}
	previous := PreviousState(path)
	state, metadata, again := LoadState(previous)
	switch {
	case again == nil:
		return state, metadata, err, nil
	case errors.Is(again, fs.ErrNotExist):
		return nil, nil, nil, err
	}
	return nil, nil, nil, fmt.Errorf("%w; nor can the state before it be used: %w", err, again)
}

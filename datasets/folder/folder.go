// Package folder reads a tree of files as a data set: each folder below the root is a class, and each file in it, however
// deep, a sample of that class.
//
//	cats/tom.png
//	cats/old/garfield.png
//	dogs/pluto.png
//
// The order is torchvision's ImageFolder: classes by name, and in each class its folders by path, and in each of these the
// files by name.
//
//	pictures, err := folder.Open("pets", folder.Images...)
//	samples, err := datasets.Map(pictures, func(f folder.File) (Pair, error) { ... })
package folder

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Images and Sounds are the endings of the files that multimodal/image and multimodal/audio read.
var (
	Images = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"}
	Sounds = []string{".wav", ".flac", ".mp3", ".ogg", ".oga"}
)

// MaxFiles is how many files a tree may have.
const MaxFiles = 50_000_000

// File is a sample: where it lies, and its class.
type File struct {
	Path  string // the root's path and the path below it
	Class int    // index into Folder.Classes
}

// Folder is a tree of files, which is a datasets.Dataset of [File].
type Folder struct {
	Root    string
	Classes []string // the names of the folders below the root, sorted
	Files   []File
}

// Open lists the files below root whose names end in one of the endings, in upper or lower case; all files where none is
// given. Links are followed; files and folders whose names begin with a dot are left out.
//
// A class without such a file is an error, as in torchvision, and so is a root without classes, or with files beside its
// folders.
func Open(root string, endings ...string) (*Folder, error) {
	f := &Folder{Root: root}
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("folder: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(root, e.Name())
		info, err := os.Stat(path)
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case err != nil:
			return nil, fmt.Errorf("folder: %w", err)
		case info.IsDir():
			f.Classes = append(f.Classes, e.Name())
		case matches(e.Name(), endings):
			return nil, fmt.Errorf("folder: %s lies beside the folders of the classes: expected each file in a folder that is named "+
				"after its class", path)
		}
	}
	if len(f.Classes) == 0 {
		return nil, fmt.Errorf("folder: %s has no folders in it: expected one for each class", root)
	}
	slices.Sort(f.Classes)
	for class, name := range f.Classes {
		before := len(f.Files)
		if err := f.addClass(class, filepath.Join(root, name), endings); err != nil {
			return nil, fmt.Errorf("folder: %w", err)
		}
		if len(f.Files) == before {
			return nil, fmt.Errorf("folder: the class %s has no file that ends in one of %q", filepath.Join(root, name), endings)
		}
	}
	return f, nil
}

// addClass adds the files of a class: by the paths of their folders first.
func (f *Folder) addClass(class int, dir string, endings []string) error {
	byFolder := map[string][]string{}
	if err := walk(dir, nil, endings, byFolder); err != nil {
		return err
	}
	folders := make([]string, 0, len(byFolder))
	for folder := range byFolder {
		folders = append(folders, folder)
	}
	slices.Sort(folders)
	for _, folder := range folders {
		slices.Sort(byFolder[folder])
		for _, name := range byFolder[folder] {
			f.Files = append(f.Files, File{filepath.Join(folder, name), class})
		}
	}
	if len(f.Files) > MaxFiles {
		return fmt.Errorf("%s has more than %d files", f.Root, MaxFiles)
	}
	return nil
}

// maxDepth is how many folders deep a class may be.
const maxDepth = 64

// walk finds the files in a folder, which is in those above it. Links are followed, but for those that lead back.
func walk(dir string, above []fs.FileInfo, endings []string, found map[string][]string) error {
	if len(above) > maxDepth {
		return fmt.Errorf("%s is more than %d folders deep", dir, maxDepth)
	}
	self, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, self) }) {
		return fmt.Errorf("%s is the same folder as one that it lies in: is there a link that leads back?", dir)
	}
	above = append(above, self)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		isDir := e.IsDir()
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := os.Stat(filepath.Join(dir, e.Name()))
			if err != nil {
				return err
			}
			isDir = info.IsDir()
		}
		switch {
		case isDir:
			if err := walk(filepath.Join(dir, e.Name()), above, endings, found); err != nil {
				return err
			}
		case matches(e.Name(), endings):
			found[dir] = append(found[dir], e.Name())
		}
	}
	return nil
}

func matches(name string, endings []string) bool {
	return len(endings) == 0 || slices.Contains(endings, strings.ToLower(filepath.Ext(name)))
}

// Len is the number of files.
func (f *Folder) Len() int { return len(f.Files) }

// Get is the file at an index. It is not read.
func (f *Folder) Get(index int) (File, error) {
	if index < 0 || index >= len(f.Files) {
		return File{}, fmt.Errorf("folder: expected an index from 0 to %d, but got %d", len(f.Files)-1, index)
	}
	return f.Files[index], nil
}

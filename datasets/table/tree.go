package table

import (
	"path/filepath"
	"slices"

	"multitorch/datasets/folder"
)

// readFolder reads a tree of folders: a row for each picture or sound, in torchvision's order.
func (t *Table) readFolder() error {
	tree, err := folder.Open(t.Path, slices.Concat(folder.Images, folder.Sounds)...)
	if err != nil {
		return err
	}
	if err := t.setColumns([]string{"file", "label"}); err != nil {
		return err
	}
	for _, f := range tree.Files {
		path, err := filepath.Rel(t.Path, f.Path)
		if err == nil {
			err = t.add([]string{path, tree.Classes[f.Class]}, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

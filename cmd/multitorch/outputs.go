package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	datatable "multitorch/datasets/table"
)

// outputFile is a flag that names a file to write. A file of the right suffix that is there is replaced; what a slip of the hand would
// destroy is not.
type outputFile struct {
	flag, path string   // no path: nothing is written there
	suffixes   []string // of what is written
	inputs     []string // files and folders that the command reads; "" for none
}

// Suffixes of what is written.
var (
	pngFile    = []string{".png"}
	plotFile   = []string{".png", ".svg"}
	csvFile    = []string{".csv"}
	traceFile  = []string{".json"}
	modelFile  = []string{".safetensors"}
	vectorFile = []string{".npy"}
)

// check refuses a name whose suffix says something else than what is written, and a file that the command reads, itself or in a folder.
func (o outputFile) check() error {
	if o.path == "" {
		return nil
	}
	if !slices.Contains(o.suffixes, strings.ToLower(filepath.Ext(o.path))) {
		return fmt.Errorf("--%s: expected a name that ends in %s, but got %q", o.flag, strings.Join(o.suffixes, " or "), o.path)
	}
	there, err := os.Stat(o.path)
	if err != nil { // what is not there is read by nobody
		return nil
	}
	if dir := filepath.Dir(o.path); slices.Contains(ownFiles, filepath.Base(o.path)) && foreign(dir) == nil {
		return fmt.Errorf("--%s: %s is a file of the run in %s, and is not overwritten: choose another name", o.flag, o.path, dir)
	}
	for _, input := range o.inputs {
		read, err := os.Stat(input)
		switch {
		case err != nil:
		case os.SameFile(there, read), !read.IsDir() && names(input, o.path, there):
			return fmt.Errorf("--%s: %s is what the command reads, and is not overwritten: choose another name", o.flag, o.path)
		case read.IsDir() && within(input, o.path):
			return fmt.Errorf("--%s: %s is there already, in the folder %s that the command reads, and is not overwritten: choose another name",
				o.flag, o.path, input)
		}
	}
	return nil
}

// names reports whether a table names a file, as one of its pictures.
func names(table, path string, file os.FileInfo) bool {
	if !datatable.IsTable(table) {
		return false
	}
	read, err := datatable.Open(table)
	if err != nil {
		return false
	}
	for column := range read.Columns {
		for row := range read.Len() {
			cell := read.Cell(row, column)
			if read.Embedded[column] || filepath.Base(cell) != filepath.Base(path) {
				continue
			}
			if other, err := os.Stat(read.File(cell, "")); err == nil && os.SameFile(file, other) {
				return true
			}
		}
	}
	return false
}

// within reports whether a file that is there lies in a folder, however deep.
func within(dir, path string) bool {
	real := func(path string) string {
		if path, err := filepath.Abs(path); err == nil {
			if path, err = filepath.EvalSymlinks(path); err == nil {
				return path
			}
		}
		return ""
	}
	dir, path = real(dir), real(path)
	return dir != "" && strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

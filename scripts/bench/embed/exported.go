package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

//go:embed exported.py
var exported string

// besideONNX prints what onnxruntime takes for the same batch, and Go's part of it, where the Python has what it needs.
func besideONNX(interpreter, folder, size string, g report) error {
	if exec.Command(interpreter, "-c", "import onnx, onnxscript, onnxruntime").Run() != nil {
		fmt.Println("onnxruntime was not measured: the packages onnx, onnxscript and onnxruntime are not there")
		return nil
	}
	dir, err := os.MkdirTemp("", "onnx")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "minilm.onnx")
	program := filepath.Join(dir, "exported.py")
	if err := os.WriteFile(program, []byte(exported), 0o600); err != nil {
		return err
	}
	// Exported once, by a process whose report doesn't count.
	if out, err := exec.Command(interpreter, program, folder, size, strconv.Itoa(*threads), file).CombinedOutput(); err != nil {
		return fmt.Errorf("exporting to ONNX: %w: %s", err, out)
	}
	var runs []report
	for range *repeats {
		r, err := run(interpreter, program, folder, size, strconv.Itoa(*threads), file)
		if err != nil {
			return err
		}
		runs = append(runs, r)
	}
	o := median(runs)
	fmt.Printf("MiniLM, batch %2s   Go %7.2f ms   onnxruntime  %7.2f ms   %.2fx   peak %d and %d MiB\n",
		size, 1e3*g.Forward, 1e3*o.Forward, g.Forward/o.Forward, g.PeakKiB>>10, o.PeakKiB>>10)
	return nil
}

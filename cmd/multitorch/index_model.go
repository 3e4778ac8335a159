package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"multitorch/serve/index"
	"multitorch/transformers/pretrained"
)

// findModel is the checkpoint or the folder that was named: a run's folder, a file, or a pretrained model.
func findModel(name string) (string, error) {
	info, err := os.Stat(name)
	if err == nil && !info.IsDir() {
		return name, nil
	}
	if err == nil {
		if inside := checkpointIn(name); inside != name {
			return inside, nil
		}
	}
	dir, err := pretrained.Find(name)
	if err != nil {
		return "", fmt.Errorf("%s: expected a run's folder with a %s, such a file, or a pretrained model: %w", name, checkpointName, err)
	}
	return dir, nil
}

// aboutModel names a model by its weights.
func aboutModel(path string) (a index.About, err error) {
	a.Model = filepath.Base(path)
	if filepath.Base(path) == checkpointName {
		a.Model = filepath.Base(filepath.Dir(path))
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "config.json") // weights have several names
		if weights, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.safetensors")); len(weights) > 0 {
			path = weights[0]
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return a, err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return a, err
	}
	a.Fingerprint = hex.EncodeToString(sum.Sum(nil))
	return a, nil
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/internal/settings"
	"multitorch/trainer"
	"multitorch/trainer/tensorboard"
)

// The files of a run, beside TensorBoard's. The checkpoint is what eval and predict load.
const (
	checkpointName = "checkpoint.safetensors"
	curvesName     = "curves.png"
	rowsName       = "rows.jsonl" // of steps and epochs
	tableName      = "epochs.csv" // of epochs alone
	reportName     = "report.html"
	eventsPrefix   = "events.out.tfevents." // of TensorBoard's
)

// runFolder is the folder of a new run. What is there stays: a folder that was asked for and holds a run is refused; beside
// a default one that does, the run gets one with a number.
func runFolder(asked, standard string) (string, *tensorboard.Writer, error) {
	if asked != "" {
		events, err := claim(asked)
		if errors.Is(err, errHoldsRun) {
			err = fmt.Errorf("%w; name another folder, or delete it first; multitorch train --resume %s goes on with it", err, asked)
		}
		if err != nil {
			err = fmt.Errorf("--out: %w", err)
		}
		return asked, events, err
	}
	for n := 1; ; n++ {
		dir := standard
		if n > 1 {
			dir = fmt.Sprintf("%s-%d", standard, n)
		}
		if _, err := os.Lstat(filepath.Join(dir, stateName)); err == nil {
			continue // a run that may go on, though it has no model yet
		}
		events, err := claim(dir)
		if !errors.Is(err, errHoldsRun) && !errors.Is(err, errForeign) && !errors.Is(err, tensorboard.ErrInUse) {
			return dir, events, err
		}
	}
}

// ownFiles are what a run writes under names that a person may have used as well.
var ownFiles = []string{
	runFileName, sumsName, rowsName, tableName, curvesName, reportName, stateName, trainer.PreviousState(stateName),
}

// foreign is an error for a folder that has files of a run's names, which a run would overwrite, but no run: neither TensorBoard's file,
// which is the first that a run makes, nor a configuration that says where it was trained.
func foreign(dir string) error {
	var found []string
	for _, name := range ownFiles {
		if isThere(filepath.Join(dir, name)) {
			found = append(found, name)
		}
	}
	entries, _ := os.ReadDir(dir)
	events := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), eventsPrefix) })
	file, err := settings.Read(runFilePath(dir))
	if found == nil || events && err == nil && file.Has(environmentKey) {
		return nil
	}
	return fmt.Errorf("%s has %s, and %w", dir, strings.Join(found, ", "), errForeign)
}

var errForeign = errors.New("no run that train began, which would overwrite them: name another folder, or move them away first")

var errHoldsRun = errors.New("there is a run already, which is not overwritten")

// claim takes a folder for a run: nobody else's can begin there until events is closed.
func claim(dir string) (events *tensorboard.Writer, err error) {
	if err := vacant(dir); err != nil {
		return nil, err
	}
	if err := foreign(dir); err != nil {
		return nil, err
	}
	// What a run that saved no model left is forgotten by TensorBoard.
	if events, err = tensorboard.NewWriter(dir, tensorboard.ResumeAt(0)); err != nil {
		return nil, err
	}
	if err := vacant(dir); err != nil { // a run that ended just now
		events.Close()
		return nil, err
	}
	if err := forgetState(dir); err != nil {
		events.Close()
		return nil, err
	}
	return events, nil
}

// vacant is an error for a folder with a model, or with the state of a run that has taken steps.
func vacant(dir string) error {
	path := filepath.Join(dir, checkpointName)
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: %w", path, errHoldsRun)
	}
	path = filepath.Join(dir, stateName)
	state, _, _, err := trainer.LoadLatestState(path)
	if err != nil { // none, or one that nobody can go on with
		return nil
	}
	if at, err := trainer.PlaceOf(state); err == nil && at.Step > 0 {
		return fmt.Errorf("%s: %w", path, errHoldsRun)
	}
	return nil
}

// forgetState removes the state of a run that took no step.
func forgetState(dir string) error {
	path := filepath.Join(dir, stateName)
	for _, name := range []string{path, trainer.PreviousState(path)} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

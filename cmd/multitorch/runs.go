package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"

	"multitorch/internal/settings"
	"multitorch/torch"
	"multitorch/trainer/runlog"
)

type runsCmd struct {
	List    runsListCmd    `cmd:"" help:"List the runs under a folder: task, state, epochs and best figure."`
	Compare runsCompareCmd `cmd:"" help:"Show in what the settings of runs differ, and their figures side by side."`
	Plot    runsPlotCmd    `cmd:"" help:"Draw a figure of several runs into one picture."`
}

// foundRun is what a run's folder says.
type foundRun struct {
	dir      string
	settings *settings.Settings // nil of before there were such files
	about    *description       // of the checkpoint; nil for none
	log      *runlog.Log        // empty where there is none
	running  bool
}

// errNoRun is about a folder that holds none.
var errNoRun = errors.New("it holds no run: expected " + runFileName + ", " + rowsName + " or " + checkpointName)

// readRun reads a run's folder, but for its weights.
func readRun(dir string) (*foundRun, error) {
	if _, err := os.ReadDir(dir); err != nil {
		return nil, err
	}
	r := &foundRun{dir: dir, log: &runlog.Log{}, running: inUse(dir)}
	found := false
	for _, part := range []func() error{r.readSettings, r.readLog, r.readCheckpoint} {
		switch err := part(); {
		case err == nil:
			found = true
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	switch {
	case !found:
		return nil, fmt.Errorf("%s: %w", dir, errNoRun)
	case r.task() == "" && r.log.Last.Step == 0:
		return nil, fmt.Errorf("%s: its run left nothing that can be read", dir)
	}
	return r, nil
}

func (r *foundRun) readSettings() (err error) {
	r.settings, err = settings.Read(runFilePath(r.dir))
	return err
}

func (r *foundRun) readLog() error {
	l, err := runlog.Read(filepath.Join(r.dir, rowsName))
	if err == nil {
		r.log = l
	}
	return err
}

func (r *foundRun) readCheckpoint() error {
	path := filepath.Join(r.dir, checkpointName)
	if _, err := os.Lstat(path); err != nil {
		return err
	}
	_, metadata, err := torch.SafetensorsHeader(path)
	if err != nil {
		return err
	}
	var about struct { // a description without its figures, some of which are texts: "NaN"
		Task     string
		Recipe   recipe
		Epoch    int
		Finished bool
	}
	if err := json.Unmarshal([]byte(metadata["multitorch"]), &about); err != nil {
		return fmt.Errorf("%s: it is no checkpoint that train wrote", path)
	}
	r.about = &description{Task: about.Task, Recipe: about.Recipe, Epoch: about.Epoch, Finished: about.Finished}
	return nil
}

// inUse reports whether somebody trains there: a run holds the lock of its folder.
func inUse(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// text is a setting, "" where it is not known.
func (r *foundRun) text(name string) string {
	if r.settings == nil {
		return ""
	}
	return r.settings.Text(name)
}

func (r *foundRun) task() string {
	if r.about != nil && r.text(taskKey) == "" {
		return r.about.Task
	}
	return r.text(taskKey)
}

func (r *foundRun) state() string {
	switch {
	case r.running:
		return "running"
	case r.about == nil:
		return "no model"
	case r.about.Finished:
		return "finished"
	}
	return "interrupted"
}

// epochs are those that are done, and how many there should be, 0 where nobody knows.
func (r *foundRun) epochs() (done, of int) {
	for _, row := range r.log.Epochs {
		done = max(done, row.Epoch)
	}
	if r.about != nil {
		return max(done, r.about.Epoch), r.about.Recipe.Epochs
	}
	if r.settings != nil && r.settings.Has("epochs") {
		if v, err := r.settings.Value("epochs", reflect.TypeFor[int]()); err == nil {
			_, _ = fmt.Sscan(v.(string), &of)
		}
	}
	return done, of
}

// begun is when the run began, or the zero time.
func (r *foundRun) begun() time.Time {
	if r.settings != nil {
		for _, pair := range r.settings.Pairs(environmentKey) {
			if at, err := time.Parse(time.RFC3339, pair[1]); pair[0] == "begun" && err == nil {
				return at
			}
		}
	}
	for _, rows := range [][]runlog.Row{r.log.Steps, r.log.Epochs} {
		if len(rows) > 0 {
			return rows[0].Time
		}
	}
	return time.Time{}
}

// figure is the run's main one: its task's, if it has that, else the first after the loss.
func (r *foundRun) figure() string {
	names := runlog.Names(r.log.Epochs)
	if t, err := taskNamed(r.task()); err == nil && len(t.info().columns) > 0 && slices.Contains(names, "test/"+t.info().columns[0]) {
		return "test/" + t.info().columns[0]
	}
	for _, want := range []string{"test/accuracy", "test/loss", "train/loss"} {
		if slices.Contains(names, want) {
			return want
		}
	}
	return ""
}

// higherIsBetter reports which values of a figure are better: errors and losses are better when they are low.
func higherIsBetter(figure string) bool {
	_, name, _ := strings.Cut(figure, "/")
	return !slices.Contains([]string{"loss", "cer", "wer", "mse", "mae", "perplexity"}, strings.ToLower(cmp.Or(name, figure)))
}

// best is the best value of a figure and its epoch.
func (r *foundRun) best(figure string) string {
	row, ok := runlog.Best(r.log.Epochs, figure, higherIsBetter(figure))
	if !ok {
		return "–"
	}
	return fmt.Sprintf("%.4f (epoch %d)", row.Value(figure), row.Epoch)
}

const (
	mostFolders = 10_000
	deepest     = 6 // folders below the one that was named
)

// findRuns reads all runs under a folder, which may be one itself. What is no whole run is said, and left out.
func findRuns(root string) (runs []*foundRun, err error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is no folder", root)
	}
	folders := 0
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			logLine(fmt.Sprintf("skipped: %v", err))
			return nil
		}
		if !e.IsDir() {
			return nil
		}
		if folders++; folders > mostFolders {
			return fmt.Errorf("%s has more than %d folders: name one further down", root, mostFolders)
		}
		below, _ := filepath.Rel(root, path)
		if strings.Count(below, string(filepath.Separator)) >= deepest || strings.HasPrefix(e.Name(), ".") && path != root {
			return fs.SkipDir
		}
		r, err := readRun(path)
		switch {
		case err == nil:
			runs = append(runs, r)
		case !errors.Is(err, errNoRun):
			logLine(fmt.Sprintf("skipped: %v", err))
		case hasFiles(path):
			logLine(fmt.Sprintf("skipped: %v", err))
		}
		return nil
	})
	return runs, err
}

// hasFiles reports whether a folder is more than one of folders.
func hasFiles(dir string) bool {
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return !e.IsDir() })
}

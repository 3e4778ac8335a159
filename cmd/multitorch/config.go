package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"multitorch/internal/settings"
	"multitorch/torch"
	"multitorch/trainer"
)

// configFlags are where train's flags come from, beside the command line. The keys of a file are the flags' names; the task
// is one more.
type configFlags struct {
	Config string   `type:"path" placeholder:"FILE" help:"YAML file of flags, as run.yaml of any run: flags that are given count more." config:"-"`
	Set    []string `sep:"none" placeholder:"NAME=VALUE" help:"Flag in the place of the file's; a.b=1 sets b of a." config:"-"`
}

// Keys of a file that are no flags.
const (
	taskKey        = "task"
	environmentKey = "environment" // what train wrote down, for people
)

// config is what a file and --set say.
type config struct {
	*settings.Settings
	used map[string]bool // keys that the command line left to the file
}

// configOf reads the file that train's arguments name, and puts the task that it is for into them: which flags there are
// depends on that. It is nil where the arguments name none.
func configOf(args []string) (*config, []string, error) {
	if len(args) == 0 || args[0] != "train" {
		return nil, args, nil
	}
	args = withTaskOfRun(args)
	path, _ := lastFlag(args, "--config")
	sets := flagValues(args, "--set")
	if path == "" && sets == nil {
		return nil, args, nil
	}
	c := &config{settings.New(), map[string]bool{}}
	if path != "" {
		s, err := settings.Read(kong.ExpandPath(path))
		if err != nil {
			return nil, args, fmt.Errorf("--config: %w", err)
		}
		c.Settings = s
	}
	for _, s := range sets {
		if err := c.Set(s); err != nil {
			return nil, args, err
		}
	}
	args, err := c.withTask(args)
	return c, args, err
}

func (c *config) withTask(args []string) ([]string, error) {
	if !c.Has(taskKey) {
		return args, nil
	}
	got, err := c.Value(taskKey, reflect.TypeFor[string]())
	if err != nil {
		return args, err
	}
	name := got.(string)
	if _, err := taskNamed(name); err != nil {
		return args, fmt.Errorf("%s: %w", c.Place(taskKey), err)
	}
	if len(args) > 1 {
		if _, err := taskNamed(args[1]); err == nil && args[1] != name {
			return args, fmt.Errorf("%s: the file is for the task %s, and the command line for %s", c.Place(taskKey), name, args[1])
		} else if err == nil {
			return args, nil
		}
	}
	return slices.Insert(slices.Clone(args), 1, name), nil
}

// withTaskOfRun names the task of the run that is gone on with, where the command line doesn't: by it the flags are known.
func withTaskOfRun(args []string) []string {
	dir, ok := lastFlag(args, "--resume")
	if len(args) > 1 {
		if _, err := taskNamed(args[1]); err == nil {
			return args
		}
	}
	if !ok {
		return args
	}
	path := filepath.Join(kong.ExpandPath(dir), stateName)
	for _, path := range []string{path, trainer.PreviousState(path)} {
		var a runAbout
		if _, metadata, err := torch.SafetensorsHeader(path); err != nil || json.Unmarshal([]byte(metadata[runKey]), &a) != nil {
			continue
		}
		if _, err := taskNamed(a.Task); err == nil {
			return slices.Insert(slices.Clone(args), 1, a.Task)
		}
	}
	return args
}

// flagValues are the values of a flag among arguments.
func flagValues(args []string, flag string) (values []string) {
	for i, a := range args {
		if a == "--" {
			break
		}
		if value, ok := strings.CutPrefix(a, flag+"="); ok {
			values = append(values, value)
		} else if a == flag && i+1 < len(args) {
			values = append(values, args[i+1])
		}
	}
	return values
}

func lastFlag(args []string, flag string) (value string, ok bool) {
	values := flagValues(args, flag)
	if values == nil {
		return "", false
	}
	return values[len(values)-1], true
}

// apply lets a command's flags that the command line does not have come from the file.
func (c *config) apply(k *kong.Context) error {
	if c == nil || k.Selected() == nil {
		return nil
	}
	var known []string
	for _, flag := range k.Flags() {
		if isKey(flag) {
			known = append(known, flag.Name)
		}
	}
	slices.Sort(known)
	for _, name := range c.Names() {
		if name == taskKey || name == environmentKey || slices.Contains(known, name) {
			continue
		}
		hint := fmt.Sprintf("expected one of %q", append([]string{taskKey}, known...))
		if near := strings.ReplaceAll(strings.ToLower(name), "_", "-"); slices.Contains(known, near) {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return fmt.Errorf("%s: %s has no flag %.60q: %s", c.Place(name), k.Selected().FullPath(), name, hint)
	}
	k.AddResolver(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if !isKey(flag) || !c.Has(flag.Name) {
			return nil, nil
		}
		c.used[flag.Name] = true
		value, err := c.Value(flag.Name, flag.Target.Type())
		return value, placed(err)
	}))
	return nil
}

// isKey reports whether a flag may stand in a file.
func isKey(flag *kong.Flag) bool { return flag.Name != "help" && flag.Tag.Get("config") != "-" }

// placedError is an error that says where the value stands, which needs no more words before it.
type placedError struct{ error }

func placed(err error) error {
	if err == nil {
		return nil
	}
	return &placedError{err}
}

var flagOfError = regexp.MustCompile(`^--([a-z0-9-]+)`)

// located is an error of reading the flags with the place in the file, where the value came from there.
func (c *config) located(err error) error {
	var p *placedError
	if errors.As(err, &p) {
		return p.error
	}
	if c == nil {
		return err
	}
	text := err.Error()
	if i := strings.Index(text, "--"); i > 0 && strings.Contains(text[:i], ":") { // kong says the command before it
		text = text[i:]
	}
	if m := flagOfError.FindStringSubmatch(text); m != nil && c.used[m[1]] {
		return fmt.Errorf("%s: %s", c.Place(m[1]), text)
	}
	return err
}

// runFileName is the configuration that a run leaves in its folder.
const runFileName = "run.yaml"

func runFilePath(dir string) string { return filepath.Join(dir, runFileName) }

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"multitorch/internal/settings"
)

// goOnWith leaves the configuration in the run's folder as the run goes on: as it began, but for the flags that were given anew. The
// state has it, so what a person has written into the file since changes nothing, and is told of.
func (c *trainCmd) goOnWith(k *kong.Context, a *runAbout, dir string) error {
	path := runFilePath(dir)
	if a.File == "" { // of before states had it
		text, err := readText(path, "the configuration of a run")
		if err != nil {
			return nil
		}
		a.File = string(text)
	}
	began, err := settings.Parse(stateName+": the run's configuration", []byte(a.File))
	if err != nil {
		return err
	}
	(&config{Settings: began}).noteOther("libtorch") // of which there was a warning
	switch there, err := settings.Read(path); {
	case err == nil:
		warnOfEdits(there, began)
	case !errors.Is(err, fs.ErrNotExist):
		logLine(fmt.Sprintf("WARNING: %v: a run goes on by the settings of its state, and the file gets them back", err))
	}
	changed := []setting{{"epochs", c.Epochs}}
	for _, p := range k.Path {
		if f := p.Flag; f != nil && isKey(f) && f.Name != "epochs" && slices.Contains(free, f.Name) {
			changed = append(changed, setting{f.Name, reflect.Indirect(f.Target).Interface()})
		}
	}
	if a.File, err = edited(a.File, changed); err != nil || c.scratch != "" {
		return err
	}
	return overwrite(path, a.File)
}

// warnOfEdits says what a person has changed in the file.
func warnOfEdits(there, began *settings.Settings) {
	for _, name := range there.Names() {
		if name == environmentKey || there.Text(name) == began.Text(name) {
			continue
		}
		was := "was not there"
		if began.Has(name) {
			was = "was " + began.Text(name)
		}
		logLine(fmt.Sprintf("WARNING: %s: %s is %.60s, and %.60s: a run goes on by the settings of its state, and the file gets them back",
			there.Place(name), name, there.Text(name), was))
	}
}

// edited is a configuration with other values. Comments and the order stay.
func edited(text string, changed []setting) (string, error) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return "", fmt.Errorf("%s: %w", runFileName, err)
	}
	root := document.Content[0]
	for _, s := range changed {
		var value yaml.Node
		if err := value.Encode(s.value); err != nil {
			return "", fmt.Errorf("%s: %s: %w", runFileName, s.name, err)
		}
		put(root, s.name, &value)
	}
	return encoded(root)
}

// put gives a name of a mapping a value. A new name comes before the environment, which stands last.
func put(root *yaml.Node, name string, value *yaml.Node) {
	at := len(root.Content)
	for i := 0; i+1 < len(root.Content); i += 2 {
		switch root.Content[i].Value {
		case name:
			root.Content[i+1] = value
			return
		case environmentKey:
			at = i
		}
	}
	root.Content = slices.Insert(root.Content, at, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
}

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"multitorch/torch"
)

// notRepeated are flags that a run's file leaves out: whoever repeats the run wants another folder.
var notRepeated = []string{"out"}

// runFile is what a run is repeated by: its task and its flags as they came out, whatever they came from, and where it was
// trained.
func runFile(k *kong.Context, t task, resolved, environment []setting) (string, error) {
	root := &yaml.Node{Kind: yaml.MappingNode}
	root.HeadComment = "What this run was trained by: multitorch train --config " + runFileName + " trains it again."
	add(root, taskKey, t.info().name)
	for _, flag := range k.Flags() {
		if !isKey(flag) || slices.Contains(notRepeated, flag.Name) {
			continue
		}
		value := flag.Target
		if i := slices.IndexFunc(resolved, func(s setting) bool { return s.name == flag.Name }); i >= 0 {
			value = reflect.ValueOf(resolved[i].value)
		}
		for value.Kind() == reflect.Pointer && !value.IsNil() {
			value = value.Elem()
		}
		if value.IsZero() && !flag.HasDefault && value.Kind() != reflect.Bool { // nobody gave it, and nothing stands for it
			continue
		}
		if err := add(root, flag.Name, value.Interface()); err != nil {
			return "", err
		}
	}
	where := &yaml.Node{Kind: yaml.MappingNode}
	for _, s := range environment {
		if err := add(where, s.name, s.value); err != nil {
			return "", err
		}
	}
	root.Content = append(root.Content,
		&yaml.Node{Kind: yaml.ScalarNode, Value: environmentKey, HeadComment: "Where that was: train notes what is other where it trains again."}, where)
	return encoded(root)
}

func encoded(root *yaml.Node) (string, error) {
	var b strings.Builder
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return "", fmt.Errorf("%s: %w", runFileName, err)
	}
	return b.String(), nil
}

func add(m *yaml.Node, name string, value any) error {
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		return fmt.Errorf("%s: %s: %w", runFileName, name, err)
	}
	m.Content = append(m.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, &node)
	return nil
}

type setting struct {
	name  string
	value any
}

// environmentNow is what else the numbers of a run may hang on, beside when and by what it was begun.
func environmentNow() []setting {
	return append([]setting{
		{"begun", time.Now().UTC().Format(time.RFC3339)},
		{"command", strings.Join(os.Args, " ")},
		{"multitorch", programVersion()},
		{"go", fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)},
	}, arithmetic()...)
}

// arithmetic is what the last bits hang on: with other threads a sum has another order.
func arithmetic() []setting {
	i := torch.Runtime()
	return []setting{
		{"libtorch", i.Version},
		{"blas", i.BLAS},
		{"threads", fmt.Sprintf("libtorch %d, BLAS %s", torch.NumThreads(), i.BLASThreads)},
		{"cpu", fmt.Sprintf("%s, %d processors", cpuName(), runtime.NumCPU())},
	}
}

// noteOther says what is not as it was where the configuration comes from, but for what is named.
func (c *config) noteOther(but ...string) {
	if c == nil || !c.Has(environmentKey) {
		return
	}
	was, err := c.Value(environmentKey, reflect.TypeFor[map[string]string]())
	if err != nil {
		return // a person wrote it
	}
	for _, now := range arithmetic() {
		if then, ok := was.(map[string]any)[now.name]; ok && then != now.value && !slices.Contains(but, now.name) {
			logLine(fmt.Sprintf("note: %s was %v, and is %v: figures may differ in their last digits", now.name, then, now.value))
		}
	}
}

// programVersion is the module's, as Go noted it when it built the program.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// cpuName is what Linux calls the processor.
func cpuName() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, 1<<16))
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// config is the configuration that the run leaves in its folder.
func (c *trainCmd) config(k *kong.Context, device torch.Device) (string, error) {
	return runFile(k, c.Task, []setting{{"epochs", c.Epochs}, {"device", device.String()}}, environmentNow())
}

// Package settings reads the YAML files that programs are told by what to do: one mapping of names to values, read strictly.
// What is wrong is named with its line, and nothing is guessed: a name twice, a value of another type than the program
// wants, and names that it does not know are errors.
//
// Files may be hostile. They are at most [MaxBytes] long, and since a program asks for names that it knows, aliases are never
// expanded more than once: those that stand for billions of values cost nothing.
package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"multitorch/internal/regular"
)

// MaxBytes is how long a file may be.
const MaxBytes = 1 << 18

// Settings are names with values, in their order.
type Settings struct {
	names  []string
	values map[string]value
	given  []string // by Set
}

// value is a node, and where it stands.
type value struct {
	place string // "run.yaml, line 3", or "--set lr"
	file  string // before ", line": "" for what [Settings.Set] gave
	node  *yaml.Node
	raw   string // as Set got it
}

// Read reads a file.
func Read(path string) (*Settings, error) {
	var text []byte
	err := regular.Read(path, "a YAML file", func(f *os.File, size int64) (err error) {
		if size > MaxBytes {
			return fmt.Errorf("it has %d bytes: expected a YAML file of at most %d", size, MaxBytes)
		}
		text, err = io.ReadAll(io.LimitReader(f, MaxBytes))
		return err
	})
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse reads the text of a file of that name.
func Parse(path string, text []byte) (*Settings, error) {
	root, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s := &Settings{values: map[string]value{}}
	err = pairs(root, func(line int) string { return fmt.Sprintf("%s, line %d", path, line) }, func(name string, node *yaml.Node) {
		s.put(name, value{place: fmt.Sprintf("%s, line %d", path, node.Line), file: path, node: node})
	})
	return s, err
}

// parse is the one mapping of a text.
func parse(text []byte) (*yaml.Node, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("it has %d bytes: expected at most %d", len(text), MaxBytes)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	if err := d.Decode(&document); errors.Is(err, io.EOF) {
		return nil, errors.New("there is nothing in it: expected lines as \"epochs: 3\"")
	} else if err != nil {
		return nil, plain(err)
	}
	var second yaml.Node
	if err := d.Decode(&second); err == nil {
		return nil, fmt.Errorf("line %d: a second document: expected one", second.Line)
	} else if !errors.Is(err, io.EOF) {
		return nil, plain(err)
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: expected lines as \"epochs: 3\", but got %s", root.Line, describe(root))
	}
	return root, nil
}

// plain is the library's error without its name, shortened: it may quote the file.
func plain(err error) error {
	return fmt.Errorf("%.200s", strings.TrimPrefix(err.Error(), "yaml: "))
}

// pairs goes through a mapping whose keys are text and differ.
func pairs(m *yaml.Node, place func(line int) string, each func(name string, node *yaml.Node)) error {
	lines := map[string]int{}
	for i := 0; i+1 < len(m.Content); i += 2 {
		key := m.Content[i]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			return fmt.Errorf("%s: expected a name before the colon, but got %s", place(key.Line), describe(key))
		}
		if first, twice := lines[key.Value]; twice {
			return fmt.Errorf("%s: %.60q stands there a second time, after line %d", place(key.Line), key.Value, first)
		}
		lines[key.Value] = key.Line
		each(key.Value, m.Content[i+1])
	}
	return nil
}

func (s *Settings) put(name string, v value) {
	if _, there := s.values[name]; !there {
		s.names = append(s.names, name)
	}
	s.values[name] = v
}

// New are settings without a file, for [Settings.Set].
func New() *Settings { return &Settings{values: map[string]value{}} }

// Set puts a value in the place of a file's: "lr=0.1", or "kind.picture=image" for a name in a mapping, which keeps its
// others. A name that was set before is an error, as one that a file has twice.
func (s *Settings) Set(assignment string) error {
	name, raw, ok := strings.Cut(assignment, "=")
	if !ok || name == "" {
		return fmt.Errorf("--set %.60s: expected NAME=VALUE", assignment)
	}
	place := "--set " + name
	node, err := scalar(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	for _, before := range s.given {
		if name == before || strings.HasPrefix(name, before+".") || strings.HasPrefix(before, name+".") {
			return fmt.Errorf("%s: it is given a second time, after --set %.60s", place, before)
		}
	}
	s.given = append(s.given, name)
	outer, inner, nested := strings.Cut(name, ".")
	if !nested {
		s.put(name, value{place: place, node: node, raw: raw})
		return nil
	}
	node = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: raw, Line: 1}
	m := &yaml.Node{Kind: yaml.MappingNode, Line: 1}
	if v, there := s.values[outer]; there && v.node.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(v.node.Content); i += 2 {
			if v.node.Content[i].Value != inner {
				m.Content = append(m.Content, v.node.Content[i], v.node.Content[i+1])
			}
		}
	}
	m.Content = append(m.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: inner, Line: 1}, node)
	s.put(outer, value{place: place, node: m})
	return nil
}

// scalar is a value as YAML reads it.
func scalar(raw string) (*yaml.Node, error) {
	var document yaml.Node
	if len(raw) > MaxBytes {
		return nil, fmt.Errorf("it has %d bytes: expected at most %d", len(raw), MaxBytes)
	}
	err := yaml.Unmarshal([]byte(raw), &document)
	if err != nil || len(document.Content) == 0 || document.Content[0].Kind == yaml.AliasNode { // text that means something in YAML
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: raw, Line: 1}, nil
	}
	return document.Content[0], nil
}

// Names are all names, in their order.
func (s *Settings) Names() []string { return s.names }

// Has reports whether there is a value.
func (s *Settings) Has(name string) bool {
	_, ok := s.values[name]
	return ok
}

// Place says where a value stands: "run.yaml, line 3".
func (s *Settings) Place(name string) string { return s.values[name].place }

// Text is a value as a person reads it: a mapping or list on one line.
func (s *Settings) Text(name string) string { return flow(s.values[name].node, 0) }

// Pairs are the names and values of a mapping, as texts; nil where the value is none.
func (s *Settings) Pairs(name string) (pairs [][2]string) {
	node := s.values[name].node
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		pairs = append(pairs, [2]string{flow(node.Content[i], 0), flow(node.Content[i+1], 0)})
	}
	return pairs
}

// flow is a value on one line. Aliases stay, so that it is no longer than the file.
func flow(node *yaml.Node, depth int) string {
	switch {
	case node == nil:
		return ""
	case node.Kind == yaml.AliasNode:
		return "*" + node.Value
	case node.Kind == yaml.ScalarNode:
		return node.Value
	case depth > 10:
		return "…"
	}
	var parts []string
	for i, item := range node.Content {
		text := flow(item, depth+1)
		if node.Kind == yaml.MappingNode && i%2 == 1 {
			parts[len(parts)-1] += ": " + text
			continue
		}
		parts = append(parts, text)
	}
	if node.Kind == yaml.MappingNode {
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

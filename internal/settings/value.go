package settings

import (
	"fmt"
	"reflect"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// Value is a name's value as one of a type wants it: a string for text, "true" or "false" for a bool, digits for a number,
// "90s" for a [time.Duration], []any for a slice and map[string]any for a map, whose items are the same again. Where the file
// has something else, and where there is no such name, that is an error, with its line.
func (s *Settings) Value(name string, want reflect.Type) (any, error) {
	v, ok := s.values[name]
	if !ok {
		return nil, fmt.Errorf("there is no %q", name)
	}
	place := func(line int) string {
		if v.file == "" {
			return v.place
		}
		return fmt.Sprintf("%s, line %d: %s", v.file, line, name)
	}
	for want.Kind() == reflect.Pointer {
		want = want.Elem()
	}
	if v.raw != "" && want.Kind() == reflect.String { // on a command line all is text
		return v.raw, nil
	}
	node := target(v.node)
	switch {
	case want.Kind() == reflect.Map && node.Kind == yaml.MappingNode:
		return mapping(node, want.Elem(), place)
	case want.Kind() == reflect.Slice && node.Kind == yaml.SequenceNode:
		items := make([]any, len(node.Content))
		for i, item := range node.Content {
			var err error
			if items[i], err = one(target(item), want.Elem(), place); err != nil {
				return nil, err
			}
		}
		return items, nil
	}
	return one(node, want, place)
}

func mapping(node *yaml.Node, want reflect.Type, place func(int) string) (any, error) {
	items := map[string]any{}
	var wrong error
	err := pairs(node, place, func(key string, item *yaml.Node) {
		got, err := one(target(item), want, place)
		if err != nil && wrong == nil {
			wrong = err
		}
		items[key] = got
	})
	if err == nil {
		err = wrong
	}
	return items, err
}

// target is what an alias stands for. That is no alias, since an anchor stands before a value.
func target(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// one is a single value: a text, a number or a bool.
func one(node *yaml.Node, want reflect.Type, place func(int) string) (any, error) {
	misfit := func() error {
		return fmt.Errorf("%s: expected %s, but got %s", place(node.Line), expected(want), describe(node))
	}
	if node.Kind != yaml.ScalarNode {
		return nil, misfit()
	}
	switch kind, tag := want.Kind(), node.ShortTag(); {
	case kind == reflect.String && tag == "!!str":
		return node.Value, nil
	case want == reflect.TypeFor[time.Duration]():
		if _, err := time.ParseDuration(node.Value); err != nil {
			return nil, misfit()
		}
		return node.Value, nil
	case kind == reflect.Bool && tag == "!!bool":
		var b bool
		if err := node.Decode(&b); err != nil {
			return nil, misfit()
		}
		return strconv.FormatBool(b), nil
	case isInt(kind) && tag == "!!int":
		var n int64
		if err := node.Decode(&n); err != nil { // too large
			return nil, misfit()
		}
		return strconv.FormatInt(n, 10), nil
	case isFloat(kind) && (tag == "!!int" || tag == "!!float"):
		var f float64
		if err := node.Decode(&f); err != nil {
			return nil, misfit()
		}
		return strconv.FormatFloat(f, 'g', -1, 64), nil
	}
	return nil, misfit()
}

func isInt(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Uint64 }

func isFloat(k reflect.Kind) bool { return k == reflect.Float32 || k == reflect.Float64 }

// expected says in words what a type wants.
func expected(want reflect.Type) string {
	switch k := want.Kind(); {
	case want == reflect.TypeFor[time.Duration]():
		return "a time, such as 90s or 1m30s"
	case k == reflect.String:
		return "text (in quotes where it looks like something else)"
	case k == reflect.Bool:
		return "true or false"
	case isInt(k):
		return "a whole number"
	case isFloat(k):
		return "a number"
	case k == reflect.Slice:
		return "a list [a, b]"
	case k == reflect.Map:
		return "a mapping {name: value}"
	}
	return want.String()
}

// describe says in words what a file has.
func describe(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	text := fmt.Sprintf("%.60q", node.Value)
	switch node.ShortTag() {
	case "!!str":
		return "the text " + text
	case "!!null":
		return "nothing: leave the line out for the default"
	case "!!int", "!!float":
		return "the number " + fmt.Sprintf("%.60s", node.Value)
	case "!!bool":
		return fmt.Sprintf("%.10s", node.Value)
	}
	return text + fmt.Sprintf(" (%.20s)", node.ShortTag())
}

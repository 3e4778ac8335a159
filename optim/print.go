package optim

import (
	"fmt"
	"slices"
	"strings"

	"multitorch/internal/pyrepr"
	"multitorch/torch"
)

// String is what print(optimizer) shows in Python, of the running version of PyTorch:
//
//	SGD (
//	Parameter Group 0
//	    dampening: 0
//	    lr: 0.1
//	    ...
//	)
//
// A number that Python's default has as an int, such as a momentum of 0, is shown as one.
func (o *Base) String() string {
	var b strings.Builder
	b.WriteString(o.kind + " (")
	for i, g := range o.groups {
		fmt.Fprintf(&b, "\nParameter Group %d\n", i)
		settings := pythonGroup(o.kind, o.namedSettings(g))
		names := settings.Keys()
		slices.SortFunc(names, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		for _, name := range names {
			fmt.Fprintf(&b, "    %s: %s\n", name, o.printed(name.(string), settings.Get(name)))
		}
	}
	return b.String() + ")"
}

// printed is what Python's str makes of a setting.
func (o *Base) printed(name string, v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return map[bool]string{false: "False", true: "True"}[v]
	case float64:
		if v == 0 && slices.Contains(zeroIsInt, name) && o.kind != "Adafactor" || slices.Contains(intDefaults, intDefault{o.kind, name, v}) {
			return fmt.Sprint(v)
		}
		return pyrepr.Float(v)
	case torch.Tuple:
		words := make([]string, len(v))
		for i := range v {
			words[i] = o.printed(name, v[i])
		}
		return "(" + strings.Join(words, ", ") + ")"
	}
	return fmt.Sprint(v)
}

// zeroIsInt are settings that are 0 in Python where they are not given, and not 0.0, but for Adafactor's.
var zeroIsInt = []string{"weight_decay", "momentum", "dampening", "lr_decay", "initial_accumulator_value"}

// intDefault is another default of Python's that is an int.
type intDefault struct {
	kind, name string
	value      float64
}

var intDefaults = []intDefault{{"LBFGS", "lr", 1}, {"LBFGS", "initial_lr", 1}, {"Rprop", "step_sizes", 50}}

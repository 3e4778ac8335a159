package nn

import (
	"fmt"
	"strings"

	"multitorch/internal/pyrepr"
)

// What Python's str makes of values, for Describe and for error messages.

func pyFloat(f float64) string { return pyrepr.Float(f) }

// pyBool is True or False.
func pyBool[B ~bool](b B) string {
	if b {
		return "True"
	}
	return "False"
}

// pyList is [2, 3].
func pyList(ns []int) string { return strings.ReplaceAll(fmt.Sprint(ns), " ", ", ") }

// pyTuple is (2, 3), or (2,) for a single one.
func pyTuple(ns []int) string {
	s := strings.Trim(pyList(ns), "[]")
	if len(ns) == 1 {
		s += ","
	}
	return "(" + s + ")"
}

// pyNumber is a number as Python prints it, an int or a float.
func pyNumber(v any) string {
	if f, ok := v.(float64); ok {
		return pyFloat(f)
	}
	return fmt.Sprint(v)
}

// pyFloats is (0.5, 2.0).
func pyFloats(fs []float64) string {
	words := make([]string, len(fs))
	for i, f := range fs {
		words[i] = pyFloat(f)
	}
	return "(" + strings.Join(words, ", ") + ")"
}

package nn

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// What Python's str makes of values, for Describe and for error messages.

// pyFloat is repr(f): 0.1, 1.0, 1e-05.
func pyFloat(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+"))
	}
	e := strconv.FormatFloat(f, 'e', -1, 64)
	exponent, _ := strconv.Atoi(e[strings.IndexByte(e, 'e')+1:])
	if exponent < -4 || exponent >= 16 {
		return e
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

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

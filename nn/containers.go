package nn

import (
	"reflect"
	"strings"

	"multitorch/torch"
)

// What containers check.

// indexIn is an index of n members; negative ones count from the end.
func indexIn(kind string, index, n int) int {
	if index < -n || index >= n {
		panic(outOfRange(kind, index, n))
	}
	if index < 0 {
		return index + n
	}
	return index
}

// gapIn is an index before which a member can be put among n, or n.
func gapIn(kind string, index, n int) int {
	if index == n {
		return n
	}
	return indexIn(kind, index, n)
}

func outOfRange(kind string, index, n int) *torch.Error {
	e := invalid(kind, "index %d is out of range for %d members", index, n)
	e.Kind = torch.IndexError
	return e
}

// notNil checks that a member is there.
func notNil(kind string, member any) {
	if isNil(reflect.ValueOf(member)) {
		panic(invalid(kind, "expected a module or parameter, but got nil"))
	}
}

// properName checks a member's name.
func properName(kind, name string) {
	if name == "" || strings.Contains(name, ".") {
		panic(invalid(kind, "expected a name that is not empty and has no dot, but got %.80q", name))
	}
}

package nn

import "strconv"

// Pair is a height and a width.
type Pair [2]int

// Size is an argument of a 2-d module: one number for height and width, or a
// [Pair].
type Size interface{ int | Pair }

// extent is a size, and whether one number gave it: Python prints it so.
type extent struct {
	Pair
	single bool
}

func toExtent[S Size](s S) extent {
	if n, ok := any(s).(int); ok {
		return extent{Pair{n, n}, true}
	}
	return extent{Pair: any(s).(Pair)}
}

func extentOf(option string, ns []int) extent {
	switch len(ns) {
	case 1:
		return toExtent(ns[0])
	case 2:
		return extent{Pair: Pair{ns[0], ns[1]}}
	}
	panic(invalid(option, "expected one number, or two for height and width, but got %d", len(ns)))
}

// ints is the pair as operators take it.
func (p Pair) ints() []int { return p[:] }

// String is "(3, 5)", as Python prints a pair.
func (p Pair) String() string { return pyTuple(p[:]) }

// String is "3" or "(3, 5)", as it was given.
func (e extent) String() string {
	if e.single {
		return strconv.Itoa(e.Pair[0])
	}
	return e.Pair.String()
}

func (e extent) atLeast(least int, module, what string) {
	if e.Pair[0] < least || e.Pair[1] < least {
		panic(invalid(module, "%s must be at least %d, but got %v", what, least, e))
	}
}

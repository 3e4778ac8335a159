package nn

import (
	"slices"
	"strconv"
)

// Size is a number for each dimension of a window or a picture (height and width, say),
// or one number for all of them. It is printed as Python prints what was given: 3, or
// (3, 5).
type Size []int

// Pair is a height and a width.
type Pair [2]int

// IntOrPair is an argument of a 2-d module: one number for height and width, or a
// [Pair].
type IntOrPair interface{ int | Pair }

// Triple is a depth, a height and a width.
type Triple [3]int

// IntOrTriple is an argument of a 3-d module: one number for depth, height and width,
// or a [Triple].
type IntOrTriple interface{ int | Triple }

// IntOrSize is an argument of a module for any number of dimensions: one number for all, or a
// [Size] with one for each.
type IntOrSize interface{ int | Size }

func sizeOf[S int | Pair | Triple | Size](s S) Size {
	switch s := any(s).(type) {
	case int:
		return Size{s}
	case Pair:
		return s[:]
	case Triple:
		return s[:]
	case Size:
		return slices.Clone(s)
	}
	return nil
}

// String is "3" or "(3, 5)".
func (s Size) String() string {
	if len(s) == 1 {
		return strconv.Itoa(s[0])
	}
	return pyTuple(s)
}

// spread is the size with a number for each of dims dimensions.
func (s Size) spread(dims int) Size {
	if len(s) == 1 {
		return slices.Repeat(s, dims)
	}
	return s
}

// all reports whether each number is n.
func all(numbers []int, n int) bool {
	return !slices.ContainsFunc(numbers, func(k int) bool { return k != n })
}

// check checks a constructor's argument: one number or dims of them, each at least least.
func (s Size) check(module, what string, dims, least int) {
	switch {
	case len(s) != 1 && len(s) != dims && dims == 1:
		panic(invalid(module, "%s: expected one number, but got %d", what, len(s)))
	case len(s) != 1 && len(s) != dims:
		panic(invalid(module, "%s: expected one number, or one for each of %d dimensions, but got %d", what, dims, len(s)))
	case slices.Min(s) < least:
		panic(invalid(module, "%s must be at least %d, but got %v", what, least, s))
	}
}

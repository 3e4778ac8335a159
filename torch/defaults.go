package torch

import "fmt"

// orDefaults is a method's last arguments as they are given, and Python's defaults for those that are not.
func orDefaults[T any](op string, given []T, defaults ...T) []T {
	if len(given) > len(defaults) {
		panic(&Error{Op: op, Kind: TypeError, Message: fmt.Sprintf("expected at most %d of the last arguments, but got %d", len(defaults), len(given))})
	}
	copy(defaults, given)
	return defaults
}

func orDefault[T any](op string, given []T, otherwise T) T {
	return orDefaults(op, given, otherwise)[0]
}

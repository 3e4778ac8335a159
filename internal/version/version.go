// Package version compares versions of libtorch, for what differs between them.
package version

import (
	"strconv"
	"strings"
)

// AtLeast tells whether a version, such as "2.14.1+cpu" or "1.13.0a0", is that of
// release major.minor or newer. What is no version is older than all.
func AtLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	m, err := strconv.Atoi(parts[0])
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(parts[1])
	return m > major || err == nil && m == major && n >= minor
}

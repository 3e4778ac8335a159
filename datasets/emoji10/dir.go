package emoji10

import (
	"fmt"

	"multitorch/internal/source"
)

// DirVariable is the environment variable that names the folder of all data sets.
const DirVariable = source.DirVariable

// Dir returns the folder that holds the packages and the prepared files.
//
// It is dir itself if that is not empty, else the folder emoji10 in $MULTITORCH_DATA, else multitorch/emoji10 in the
// user's cache folder (on Linux $XDG_CACHE_HOME or ~/.cache). The folder need not exist. The error is for a user that
// has neither.
func Dir(dir string) (string, error) {
	dir, err := source.Dir("emoji10", dir)
	if err != nil {
		return "", fmt.Errorf("emoji10: %w", err)
	}
	return dir, nil
}

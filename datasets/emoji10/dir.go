package emoji10

import (
	"fmt"
	"os"
	"path/filepath"
)

// DirVariable is the environment variable that names the folder of all data sets.
const DirVariable = "MULTITORCH_DATA"

// Dir returns the folder that holds the packages and the prepared files.
//
// It is dir itself if that is not empty, else the folder emoji10 in $MULTITORCH_DATA, else multitorch/emoji10 in the
// user's cache folder (on Linux $XDG_CACHE_HOME or ~/.cache). The folder need not exist. The error is for a user that
// has neither.
func Dir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	if all := os.Getenv(DirVariable); all != "" {
		return filepath.Join(all, "emoji10"), nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("emoji10: no folder for the data: %w; set %s to one", err, DirVariable)
	}
	return filepath.Join(cache, "multitorch", "emoji10"), nil
}

package source

import (
	"fmt"
	"os"
	"path/filepath"
)

// DirVariable is the environment variable that names the folder of all data sets.
const DirVariable = "MULTITORCH_DATA"

// Dir is the folder of the data set called name: dir itself if that is not empty, else the folder name in
// $MULTITORCH_DATA, else multitorch/name in the user's cache folder (on Linux $XDG_CACHE_HOME or ~/.cache). It need not
// exist. The error is for a user that has neither.
func Dir(name, dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	if all := os.Getenv(DirVariable); all != "" {
		return filepath.Join(all, name), nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the data: %w; set %s to one", err, DirVariable)
	}
	return filepath.Join(cache, "multitorch", name), nil
}

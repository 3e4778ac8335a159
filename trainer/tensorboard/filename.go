package tensorboard

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const filePrefix = "events.out.tfevents."

// filesMade tells the files of one process apart.
var filesMade atomic.Int64

// DefaultDir is where SummaryWriter writes when it is given no directory: runs/<date>_<time>_<host><comment>.
func DefaultDir(comment string) string {
	return filepath.Join("runs", time.Now().Format("Jan02_15-04-05_")+hostname()+comment)
}

// createFile makes events.out.tfevents.<unix seconds>.<host>.<pid>.<number><suffix>. TensorBoard reads files in the
// order of their names; when the clock would put the new file before one that is there, it is dated one second later.
// first says that there was none.
func createFile(dir string, now time.Time, suffix string) (file *os.File, first bool, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, false, err
	}
	first = true
	stamp := now.Unix()
	for _, e := range entries {
		if there, ok := fileStamp(e.Name()); ok {
			stamp, first = max(stamp, there+1), false
		}
	}
	for {
		name := fmt.Sprintf("%s%010d.%s.%d.%d%s", filePrefix, stamp, hostname(), os.Getpid(), filesMade.Add(1)-1, suffix)
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, fs.ErrExist) {
			return file, first, err
		}
	}
}

// fileStamp returns the seconds in the name of an event file.
func fileStamp(name string) (int64, bool) {
	rest, ok := strings.CutPrefix(name, filePrefix)
	digits, _, _ := strings.Cut(rest, ".")
	if !ok || len(digits) != 10 {
		return 0, false
	}
	stamp, err := strconv.ParseInt(digits, 10, 64)
	return stamp, err == nil && stamp >= 0
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

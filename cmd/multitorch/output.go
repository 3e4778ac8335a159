package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// stdout is where commands write what they were asked for. It remembers the first error, so that a result that nobody got
// is no success.
var stdout = &output{w: os.Stdout}

type output struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// printf writes to stdout; checked looks at the end whether it could be.
func printf(format string, args ...any) { fmt.Fprintf(stdout, format, args...) }

// checked is the exit status of a command that itself went well: whether its output was written. A reader that went away
// has had enough.
func checked(code int) int {
	if code != 0 || stdout.err == nil || errors.Is(stdout.err, syscall.EPIPE) {
		return code
	}
	fmt.Fprintf(os.Stderr, "multitorch: the output could not be written: %v\n", stdout.err)
	return failed
}

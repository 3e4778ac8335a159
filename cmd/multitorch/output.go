package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"unicode"
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
func printf(format string, args ...any) {
	_, _ = io.WriteString(stdout, plain(fmt.Sprintf(format, args...)))
}

// plain writes control characters out, \x1b say: names of classes, files and columns come from anyone, and a terminal obeys
// some of them.
func plain(text string) string {
	controls := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	if !strings.ContainsFunc(text, controls) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if controls(r) {
			fmt.Fprintf(&b, "\\x%02x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// oneLine is a name as a line of output has it, whose fields are divided by tabs.
func oneLine(name string) string { return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(name) }

// checked is the exit status of a command that itself went well: whether its output was written. A reader that went away
// has had enough.
func checked(code int) int {
	if code != 0 || stdout.err == nil || errors.Is(stdout.err, syscall.EPIPE) {
		return code
	}
	fmt.Fprintf(os.Stderr, "multitorch: the output could not be written: %v\n", stdout.err)
	return failed
}

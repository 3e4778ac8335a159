package trainer

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"multitorch/torch"
)

// PanicError is a panic of a hook.
type PanicError struct {
	Value any    // what it panicked with
	At    string // the first line of the stack that is the program's own: "main.go:12"
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v, at %s", e.Value, e.At) }

// Unwrap is the value, where that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// guarded calls a hook, and makes its errors and panics a [*HookError]. An error of arithmetic says its line itself.
func guarded(h Hook, call func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{v, panicLine()} // the stack is still that of the panic
		}
		if err != nil {
			err = &HookError{h.Name(), err}
		}
	}()
	return torch.Try(call)
}

// panicLine is the innermost line of the program in the stack of a panic: not of Go's library, and of the toolkit only where nobody
// else called it.
func panicLine() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	first := ""
	for {
		frame, more := frames.Next()
		toolkit, own := whose(frame)
		line := fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		switch {
		case own && !toolkit:
			return line
		case own && first == "":
			first = line
		}
		if !more || strings.HasSuffix(frame.Function, "trainer.guarded") {
			return first
		}
	}
}

var (
	toolkitPath = strings.TrimSuffix(reflect.TypeFor[Place]().PkgPath(), "trainer")
	modules     = sync.OnceValue(func() (paths []string) {
		if info, ok := debug.ReadBuildInfo(); ok {
			paths = append(paths, info.Main.Path+"/")
			for _, m := range info.Deps {
				paths = append(paths, m.Path+"/")
			}
		}
		return append(paths, toolkitPath, "main.")
	})
)

// whose reports whether a frame is of the toolkit, its programs and tests left out, and whether it is of any module at all, and not
// of Go's library.
func whose(f runtime.Frame) (toolkit, own bool) {
	for _, m := range modules() {
		own = own || m != "/" && (strings.HasPrefix(f.Function, m) || strings.HasPrefix(f.Function, strings.TrimSuffix(m, "/")+"."))
	}
	return strings.HasPrefix(f.Function, toolkitPath) && !strings.HasSuffix(f.File, "_test.go"), own
}

package torch

import (
	"fmt"
	"path"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// stack is where a call came from: enough of its callers to leave the toolkit.
// Noting it is cheap; reading it is not.
type stack [24]uintptr

// noteStack notes the callers of the caller.
func noteStack() (s stack) {
	runtime.Callers(3, s[:])
	return s
}

// String is "main.go:12", the program's own line: the innermost one that is not
// the toolkit's, or the toolkit's innermost where there is no other.
func (s *stack) String() string {
	if s[0] == 0 {
		return "an unknown place"
	}
	if sites := programSites(s[:], 1); len(sites) > 0 {
		return place(sites[0])
	}
	frame, _ := runtime.CallersFrames(s[:]).Next()
	return place(frame)
}

// site is the program's line that called the toolkit, also in a deferred function
// that recovers from a panic below that line; "" where no program called.
func site() string {
	var pcs [64]uintptr
	if sites := programSites(pcs[:runtime.Callers(2, pcs[:])], 1); len(sites) > 0 {
		return place(sites[0])
	}
	return ""
}

// programSites are the innermost frames that belong to the program.
func programSites(pcs []uintptr, most int) []runtime.Frame {
	if i := slices.Index(pcs, 0); i >= 0 {
		pcs = pcs[:i]
	}
	if len(pcs) == 0 {
		return nil
	}
	var sites []runtime.Frame
	frames := runtime.CallersFrames(pcs)
	for more := true; more && len(sites) < most; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if ofProgram(frame) {
			sites = append(sites, frame)
		}
	}
	return sites
}

func place(f runtime.Frame) string { return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line) }

// The files whose frames are no program's: the toolkit's rooms, and the parts of Go's
// own library through which the toolkit calls itself. Files, and not functions, because
// a closure that is inlined bears its caller's package.
var (
	rooms = []string{"torch", "nn", "optim", "distributions", "datasets", "multimodal", "trainer", "internal"}
	goOwn = []string{"runtime", "internal", "reflect", "iter", "slices", "maps", "sort", "sync", "fmt", "io", "bufio", "context", "encoding"}
)

func ofProgram(f runtime.Frame) bool {
	switch {
	case f.File == "" || filepath.Base(f.File) == "_cgo_gotypes.go":
		return false
	case strings.HasSuffix(f.File, "_test.go"):
		return true
	}
	if inside, is := strings.CutPrefix(f.File, toolkitRoot+"/"); is {
		room, _, _ := strings.Cut(inside, "/")
		return !slices.Contains(rooms, room)
	}
	library, deep, _ := strings.Cut(strings.TrimPrefix(f.File, goRoot), "/")
	return deep == "" || !slices.Contains(goOwn, library)
}

// The folders of the toolkit and of Go's library, as stacks name them: with -trimpath
// the module's path, and nothing.
var toolkitRoot, goRoot = func() (string, string) {
	_, file, _, _ := runtime.Caller(0)
	own, _ := runtime.FuncForPC(reflect.ValueOf(runtime.GC).Pointer()).FileLine(0)
	return path.Dir(path.Dir(file)), strings.TrimSuffix(own, "runtime/"+path.Base(own))
}()

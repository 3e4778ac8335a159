package device

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>

// ALSA's local handler of errors, as in alsa/error.h, which need not be there.
typedef void (*handler)(const char *file, int line, const char *function, int code, const char *format, va_list values);
typedef handler (*setter)(handler);

static void ignore(const char *file, int line, const char *function, int code, const char *format, va_list values) {}

// found is snd_lib_error_set_local, or NULL without ALSA. The library stays loaded.
static setter found(void) {
	void *library = dlopen("libasound.so.2", RTLD_NOW | RTLD_LOCAL);
	return library == NULL ? NULL : (setter)dlsym(library, "snd_lib_error_set_local");
}

static handler quiet(setter set) { return set(ignore); }

static void restore(setter set, handler before) { set(before); }
*/
import "C"

import (
	"runtime"
	"sync"
)

var localHandler = sync.OnceValue(func() C.setter { return C.found() })

// quiet keeps ALSA from writing what it looked for and didn't find to the standard error, dozens of lines where there is no
// sound card, until the function is called that it returns. It holds for this goroutine alone: what else uses ALSA in the
// process keeps its messages.
func quiet() (end func()) {
	set := localHandler()
	if set == nil {
		return func() {}
	}
	runtime.LockOSThread() // the handler is the thread's
	before := C.quiet(set)
	return func() {
		C.restore(set, before)
		runtime.UnlockOSThread()
	}
}

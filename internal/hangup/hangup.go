// Package hangup knows which signals a program was started without, as by nohup.
//
// Go's [signal.Ignored] tells that too, unless a library that the program is linked with has taken the signal over while it was
// loaded, before any Go code ran. UCX does so with SIGHUP: it comes with the MPI that Debian's libtorch has had since 2.6. So
// this looks before the libraries are loaded.
//
// It is for programs: it can't be linked into a shared library, which is loaded when a program has long begun.
package hangup

/*
#include <signal.h>

static int ignored;

// The linker has functions of this section called before those of all libraries.
static void look(int argc, char **argv, char **env) {
	struct sigaction now;
	for (int s = 1; s < 32; s++)
		if (sigaction(s, 0, &now) == 0 && now.sa_handler == SIG_IGN) ignored |= 1 << (s - 1);
}
__attribute__((section(".preinit_array"), used)) static void (*look_first)(int, char **, char **) = look;

static int was_ignored(int s) { return s >= 1 && s < 32 && (ignored >> (s - 1)) & 1; }
*/
import "C"

import (
	"os/signal"
	"syscall"
)

// Restore has the program ignore SIGHUP and SIGINT again if it was started without them, as Go itself has it for these two.
func Restore() {
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT} {
		if C.was_ignored(C.int(s)) != 0 {
			signal.Ignore(s)
		}
	}
}

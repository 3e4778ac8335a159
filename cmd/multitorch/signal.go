package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// signalError says which signal ended a context.
type signalError struct{ signal syscall.Signal }

func (e *signalError) Error() string { return fmt.Sprintf("signal %d (%v)", int(e.signal), e.signal) }

// untilSignal is a context that ends with the first Ctrl-C, SIGTERM, or loss of the terminal; a second one ends the program
// at once. A signal that the program was started without, as by nohup, stays without effect.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go func() {
		s := <-signals
		signal.Stop(signals)
		cancel(&signalError{s.(syscall.Signal)})
	}()
	// A pipe that nobody reads any more is an error of the write, which the progress leaves alone.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return ctx
}

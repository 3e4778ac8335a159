// Command multitorch trains and tries the toolkit's image+text models.
//
// Its exit status is
//
//	0    when all went well,
//	1    when something failed,
//	2    when the command line was wrong,
//	130  when Ctrl-C or SIGTERM ended it.
//
// Training that is interrupted finishes its step and saves the model first; a
// second Ctrl-C ends the program at once.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"multitorch/torch"
	_ "multitorch/torch/mimalloc"
)

type cli struct {
	Train   trainCmd   `cmd:"" help:"Train a model on Emoji-10."`
	Eval    evalCmd    `cmd:"" help:"Measure checkpoints on the test split."`
	Predict predictCmd `cmd:"" help:"Classify an image, a text, or both."`
	Results resultsCmd `cmd:"" help:"Train every model with several seeds, and print the table of results."`
	Data    dataCmd    `cmd:"" help:"Fetch and prepare Emoji-10, and say what is in it."`
	Doctor  doctorCmd  `cmd:"" help:"Say which libtorch was found, and whether all works."`
}

const (
	failed      = 1
	misused     = 2
	interrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	signal.Ignore(syscall.SIGXFSZ) // a file that may not grow is an error of its write, not the end of the program
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the program at once
	}()
	os.Exit(run(ctx, os.Args[1:]))
}

// run is the program, less its end: it returns the exit status.
func run(ctx context.Context, args []string) int {
	var c cli
	parser, err := kong.New(&c,
		kong.Name("multitorch"),
		kong.Description("Multimodal deep learning in Go on libtorch."),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		panic(err) // the tags above are wrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "multitorch: %v\n%s says what there is.\n", err, helpFor(err))
		return misused
	}
	err = torch.Try(func() error { return k.Run() })
	if err == nil {
		return 0
	}
	fmt.Fprintf(os.Stderr, "multitorch: %v\n", err)
	if errors.Is(err, context.Canceled) {
		return interrupted
	}
	return failed
}

// helpFor is the command line that helps after a wrong one.
func helpFor(err error) string {
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil && wrong.Context.Command() != "" {
		return "multitorch " + wrong.Context.Selected().Name + " --help"
	}
	return "multitorch --help"
}

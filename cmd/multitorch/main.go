// Command multitorch trains and tries the toolkit's image+text models.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"multitorch/trainer"
)

type cli struct {
	Train   trainCmd   `cmd:"" help:"Train a model on Emoji-10."`
	Eval    evalCmd    `cmd:"" help:"Measure checkpoints on the test split."`
	Predict predictCmd `cmd:"" help:"Classify an image, a text, or both."`
	Results resultsCmd `cmd:"" help:"Train every model with several seeds, and print the table of results."`
	Data    dataCmd    `cmd:"" help:"Fetch and prepare Emoji-10, and say what is in it."`
	Doctor  doctorCmd  `cmd:"" help:"Say which libtorch was found, and whether all works."`
}

// interrupted is the exit status of a program that Ctrl-C ended.
const interrupted = 130

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the program at once
	}()
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	var c cli
	parser, err := kong.New(&c,
		kong.Name("multitorch"),
		kong.Description("Multimodal deep learning in Go on libtorch."),
		kong.UsageOnError(),
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
		fmt.Fprintf(os.Stderr, "multitorch: %v\nmultitorch --help says what there is.\n", err)
		return 2
	}
	err = k.Run()
	var stopped *trainer.InterruptedError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &stopped), errors.Is(err, context.Canceled):
		fmt.Fprintf(os.Stderr, "multitorch: %v\n", err)
		return interrupted
	default:
		fmt.Fprintf(os.Stderr, "multitorch: %v\n", err)
		return 1
	}
}

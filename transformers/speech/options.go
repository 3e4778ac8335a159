package speech

import (
	"fmt"
	"math"
	"slices"
)

// Options say how a recording is transcribed. The zero value is the usual way: greedily, with the fallback to higher
// temperatures and thresholds of OpenAI's transcribe.
type Options struct {
	Beams        int       // of the search at temperature 0; 0 or 1: greedily
	BestOf       int       // texts that are drawn above it, of which the likeliest is taken; 0 is 5
	Temperatures []float64 // tried one after the other while a text is bad; nil is 0, 0.2 … 1, and []float64{0} no fallback
	Seed         int64     // of what is drawn

	// Timestamps lets the model say when segments begin and end. A recording of several windows always has them; without them
	// one of up to 30 s is a single segment.
	Timestamps bool
	// Previous gives the model the text of the windows before, so that names and style go on. A mistake may go on, too.
	Previous bool

	Language  string // of a multilingual model: "de"; empty is English
	Translate bool   // a multilingual model writes English, whatever is spoken

	CompressionRatio float64 // a text that repeats itself more than so is bad; 0 is 2.4
	LogProb          float64 // one whose tokens' mean log-probability is lower is bad; 0 is -1
	NoSpeech         float64 // above this probability that nobody speaks, a window with a bad text is left out; 0 is 0.6
	// Silence is how loud a window has to be anywhere, in decibels below full scale: a quieter one is left out without asking
	// the model, which would write "you" or thanks for watching. 0 is -66, and -Inf asks always.
	Silence float64

	MaxTokens int // of a window; 0 is as many as the model has room for
}

// defaultTemperatures are those of OpenAI's command.
var defaultTemperatures = []float64{0, 0.2, 0.4, 0.6, 0.8, 1}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// resolved has the defaults in place of what is not set.
func (o Options) resolved() (Options, error) {
	o.Beams, o.BestOf = or(o.Beams, 1), or(o.BestOf, 5)
	if o.Temperatures == nil {
		o.Temperatures = defaultTemperatures
	}
	o.CompressionRatio, o.LogProb, o.NoSpeech = or(o.CompressionRatio, 2.4), or(o.LogProb, -1), or(o.NoSpeech, 0.6)
	o.Silence = or(o.Silence, -66)
	switch {
	case o.Beams < 1 || o.Beams > 100 || o.BestOf < 1 || o.BestOf > 100:
		return o, fmt.Errorf("speech: expected 1 to 100 beams and texts that are drawn, got %d and %d", o.Beams, o.BestOf)
	case len(o.Temperatures) == 0 || slices.ContainsFunc(o.Temperatures, func(t float64) bool { return !(t >= 0 && t <= 10) }):
		return o, fmt.Errorf("speech: expected at least one temperature, from 0 to 10, got %v", o.Temperatures)
	case math.IsNaN(o.CompressionRatio) || math.IsNaN(o.LogProb) || math.IsNaN(o.NoSpeech) || math.IsNaN(o.Silence):
		return o, fmt.Errorf("speech: a threshold is not a number")
	case o.MaxTokens < 0:
		return o, fmt.Errorf("speech: expected at least 0 tokens of a window, got %d", o.MaxTokens)
	}
	return o, nil
}

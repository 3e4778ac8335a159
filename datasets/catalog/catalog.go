package catalog

import (
	"context"
	"image"
)

// Set is a data set that can be listed, got, checked and shown.
type Set struct {
	Name    string // on the command line: "emoji10"
	About   string // what is in it, in one line
	Source  string // who carries it: "npm, three packages", "made here"
	Size    string // of what is fetched: "143 MB"
	Licence string

	// Get sees to it that the data lies in dir, whole and as expected: it fetches or makes what is missing. An empty dir
	// is the data set's own folder. log, if not nil, is told what is being done, a line at a time.
	Get func(ctx context.Context, dir string, log func(string)) error

	// Open reads what Get got. It fetches nothing and writes nothing.
	Open func(ctx context.Context, dir string) (*Samples, error)
}

// Samples are the samples of a data set, of all its sides.
type Samples struct {
	Dir     string   // the folder or file that they come from
	Columns []string // of a table: a line on each, with what it is taken for
	Classes []string // nil: the samples have none
	N       int
	Problem string // of all of them together, which [Check] reports; empty without one

	// At decodes sample i, 0 to N-1. Several goroutines may call it at once. The error names the file, and the row or
	// line where there are some.
	At func(ctx context.Context, i int) (Sample, error)
}

// Sample is what a person sees and hears of a sample. What it lacks is the zero value, a class is -1.
type Sample struct {
	Name  string // of the file or row
	Side  string // "train", "test"; empty where the data is not split
	Class int    // index into Samples.Classes, or -1
	Image image.Image
	Text  string
	Audio []float32 // mono, -1 to 1
	Rate  int       // of Audio, in Hz
}

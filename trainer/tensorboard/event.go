package tensorboard

// fileVersion stands in the first event of every file.
const fileVersion = "brain.Event:2"

// textSuffix ends the tag of every text, as SummaryWriter stores it.
const textSuffix = "/text_summary"

// An Event is one record of an event file: some values at one step, or the mark of a file or of a session.
type Event struct {
	WallTime     float64 // seconds since 1970
	Step         int64
	FileVersion  string  // "brain.Event:2" in the first event of a file, else empty
	SourceWriter string  // in the first event: the program that wrote the file
	Session      Session // the start or end of a session, else 0
	Values       []Value
	Graph        []byte // a GraphDef, as it is stored; nil in most events
}

// A Session mark says what happened to the run.
type Session int

// SessionStart tells readers to forget earlier events at this step and after it.
const (
	SessionStart      Session = 1
	SessionStop       Session = 2
	SessionCheckpoint Session = 3
)

// A Value is one point of what TensorBoard calls a tag.
type Value struct {
	Tag     string
	Plugin  string // the part of TensorBoard that shows it: "text" for texts, empty where Data alone tells
	Content []byte // what that part wants to know, as it is stored
	Data    Data   // nil for other kinds
}

// Data is a [Scalar], a [Histogram], an [Image], an [Audio], a [Text] or a [Tensor].
type Data interface{ isData() }

// A Scalar is one point of a curve.
type Scalar float32

// A Text is Markdown.
type Text string

// An Image is a picture.
type Image struct {
	Height, Width int // pixels
	Colorspace    int // channels: 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha
	PNG           []byte
}

// A Histogram is the distribution of some numbers. Bucket i counts the numbers from Limits[i-1] up to, but without,
// Limits[i]; bucket 0 only gives the next one its left edge.
type Histogram struct {
	Min, Max, Num, Sum, SumSquares float64
	Limits, Counts                 []float64 // equal lengths
}

func (Scalar) isData()    {}
func (Text) isData()      {}
func (Image) isData()     {}
func (Histogram) isData() {}

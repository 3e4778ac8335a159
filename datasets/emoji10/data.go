package emoji10

import (
	"context"
	"errors"
	"fmt"
)

// ImageSize is the width and height of the prepared pictures in pixels.
const ImageSize = 32

const (
	numVendors = 2
	imageBytes = 3 * ImageSize * ImageSize
)

// Vendors returns the names of those who drew the pictures; a sample's Vendor is an index into it.
func Vendors() []string { return []string{"google", "twitter"} }

// Data is the whole data set, before it is split. It is not to be changed, and any goroutine may read it.
type Data struct {
	Emoji []Emoji // 1,906
	Dir   string  // the folder it was read from

	pixels []uint8 // [emoji, vendor, 3, ImageSize, ImageSize]
}

// Emoji is one emoji as text and class.
type Emoji struct {
	Hexcode     string   `json:"hexcode"`      // its code points without FE0F, such as "1F469-200D-1F680"
	Stem        string   `json:"stem"`         // what it shares with its gender and direction variants, such as "1F9D1-1F680"
	Label       string   `json:"label"`        // its name in English, such as "woman astronaut"
	Class       int      `json:"class"`        // index into Classes
	LabelTokens []string `json:"label_tokens"` // Tokenize(Label), 1 to MaxTokens
	TagTokens   []string `json:"tag_tokens"`   // the same of the label followed by emojibase's tags
}

// Image returns the picture of emoji i (an index into Emoji) by a vendor: planar RGB, shape [3, 32, 32], 0 to 255, over
// white. The slice is the data set's own: it must not be written to. Another i or vendor panics, as it does with a slice.
func (d *Data) Image(i, vendor int) []uint8 {
	if i < 0 || i >= len(d.Emoji) || vendor < 0 || vendor >= numVendors {
		panic(fmt.Sprintf("emoji10: picture of emoji %d of %d by vendor %d of %d", i, len(d.Emoji), vendor, numVendors))
	}
	at := (i*numVendors + vendor) * imageBytes
	return d.pixels[at : at+imageBytes : at+imageBytes]
}

// Open returns the data set, doing what has not been done yet: fetching the packages (see Fetch), preparing them (see
// Prepare), loading the result (see Load).
//
// An empty dir means the default (see Dir). log, if not nil, is told what is being done, a line at a time; when the data
// is only loaded it is told nothing. Prepared files that are damaged or of another version are made anew from the
// packages, and log is told why.
func Open(ctx context.Context, dir string, log func(string)) (*Data, error) {
	return emoji16.open(ctx, dir, log)
}

func (e edition) open(ctx context.Context, dir string, log func(string)) (*Data, error) {
	data, err := e.load(dir)
	if err == nil || !errors.Is(err, ErrNotPrepared) {
		return data, err
	}
	say(log, "%v", err)
	if err := e.set().Fetch(ctx, dir, log); err != nil {
		return nil, err
	}
	return e.prepareVerified(ctx, dir, log)
}

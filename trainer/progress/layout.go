package progress

import (
	"io"
	"strings"

	"github.com/schollz/progressbar/v3"
)

const (
	leastBar = 10 // columns of a bar that is worth drawing
	barExtra = 8  // columns beside the bar itself: "  34% [" and "]"
)

// layout says as much as fits in so many columns: the words, and a bar if there is room for one.
func layout(s state, total, epochs, columns int) string {
	if total > 0 {
		for _, f := range []form{full, medium} {
			text := s.text(f, total, epochs)
			if width := columns - len(text) - barExtra; width >= leastBar {
				return withBar(text, s.step, total, width)
			}
		}
	}
	for _, f := range []form{full, medium, short} {
		if text := s.text(f, total, epochs); len(text) <= columns {
			return text
		}
	}
	text := s.text(short, total, epochs)
	return text[:min(len(text), max(0, columns))]
}

// withBar has the bar drawn in memory: when to draw, and how fast the run is, is decided here by the Progress's own
// clock.
func withBar(text string, step, total, width int) string {
	bar := progressbar.NewOptions(total,
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetDescription(text),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetWidth(width),
		progressbar.OptionSetTheme(progressbar.Theme{
			Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]",
		}),
	)
	_ = bar.Set(min(max(step, 0), total))
	_ = bar.RenderBlank() // below one percent Set draws nothing
	return strings.TrimSpace(bar.String())
}

package progress

import (
	"fmt"
	"strings"
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

// withBar is the words, the share that is done, and the bar: "...  34% [===>      ]".
func withBar(text string, step, total, width int) string {
	done := float64(min(max(step, 0), total)) / float64(total)
	filled := int(done * float64(width))
	bar := strings.Repeat("=", filled)
	if filled > 0 && filled < width {
		bar = bar[:filled-1] + ">"
	}
	return fmt.Sprintf("%s %3.0f%% [%-*s]", text, 100*done, width, bar)
}

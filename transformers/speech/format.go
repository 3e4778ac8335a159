package speech

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Format is a way to write a transcript.
type Format string

// The formats: plain text, a line for each segment with its seconds, SubRip's and WebVTT's subtitles, and all that is known.
const (
	Text  Format = "text"
	Times Format = "times"
	SRT   Format = "srt"
	VTT   Format = "vtt"
	JSON  Format = "json"
)

// Formats are all of them.
var Formats = []Format{Text, Times, SRT, VTT, JSON}

// Write writes the transcript.
func (t *Transcript) Write(w io.Writer, f Format) error {
	b := bufio.NewWriter(w)
	switch f {
	case Text:
		fmt.Fprintln(b, t.Text)
	case Times:
		for _, s := range t.Segments {
			fmt.Fprintf(b, "%7.2f %7.2f  %s\n", s.Start, s.End, strings.Join(lines(s.Text), " "))
		}
	case SRT:
		for i, s := range t.Segments {
			fmt.Fprintf(b, "%d\n%s --> %s\n%s\n\n", i+1, clock(s.Start, true, ","), clock(s.End, true, ","), caption(s.Text))
		}
	case VTT:
		fmt.Fprint(b, "WEBVTT\n\n")
		for _, s := range t.Segments {
			fmt.Fprintf(b, "%s --> %s\n%s\n\n", clock(s.Start, false, "."), clock(s.End, false, "."), caption(s.Text))
		}
	case JSON:
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(t); err != nil {
			return err
		}
	default:
		return fmt.Errorf("speech: the format %.40q: expected one of %q", f, Formats)
	}
	return b.Flush()
}

// caption is a text as a subtitle may have it: an arrow would be taken for times, and an empty line for the end.
func caption(text string) string {
	return strings.ReplaceAll(strings.Join(lines(text), "\n"), "-->", "->")
}

// lines are those of a text that have something on them.
func lines(text string) (all []string) {
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' }) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// clock is seconds as 00:01:02.345, without the hours if they are 0 and not asked for.
func clock(seconds float64, hours bool, point string) string {
	ms := int(max(seconds, 0)*1000 + 0.5)
	h, m, s := ms/3_600_000, ms/60_000%60, ms/1000%60
	text := fmt.Sprintf("%02d:%02d%s%03d", m, s, point, ms%1000)
	if hours || h > 0 {
		text = fmt.Sprintf("%02d:%s", h, text)
	}
	return text
}

package speech

import "strings"

// Transcript is what is said in a recording.
type Transcript struct {
	Text     string    `json:"text"`
	Language string    `json:"language,omitempty"` // that the model was told, of a multilingual one
	Duration float64   `json:"duration"`           // of the recording, in seconds
	Segments []Segment `json:"segments"`
}

// Segment is a part of a recording in which something is said, and how well that was heard.
type Segment struct {
	ID               int     `json:"id"`
	Seek             float64 `json:"seek"`  // where its window begins, in seconds
	Start            float64 `json:"start"` // in seconds from the beginning
	End              float64 `json:"end"`
	Text             string  `json:"text"`
	Tokens           []int64 `json:"tokens"`            // times included
	Temperature      float64 `json:"temperature"`       // at which its window was written
	AvgLogProb       float64 `json:"avg_logprob"`       // of the window's tokens
	CompressionRatio float64 `json:"compression_ratio"` // of the window's text
	NoSpeechProb     float64 `json:"no_speech_prob"`    // of the window
}

// add appends segments that have a text.
func (t *Transcript) add(segments []Segment) {
	for _, s := range segments {
		s.ID = len(t.Segments)
		t.Segments = append(t.Segments, s)
	}
}

// finish makes the text of the segments'.
func (t *Transcript) finish() {
	if t.Segments == nil {
		t.Segments = []Segment{} // [] in JSON
	}
	var b strings.Builder
	for _, s := range t.Segments {
		b.WriteString(s.Text)
	}
	t.Text = strings.TrimSpace(b.String())
}

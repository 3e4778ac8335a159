package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"multitorch/datasets/catalog"
	datatable "multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
	"multitorch/multimodal/ctc"
)

// The columns of sounds and of what is said, by the flags that may name them.
func soundHalf(named string) half {
	return half{"sound", named, datatable.Audio, []string{"audio", "sound", "file", "path"}}
}

func transcriptHalf(named string) half {
	return half{"transcript", named, datatable.Text, []string{"transcript", "text", "sentence"}}
}

// learnable lets the check of a table of sounds and transcripts find what training would refuse: a sound that is too short for
// its text, and a half of a pair that is missing. With other columns a text may be something else than what is said, unless it
// is called a transcript.
func learnable(t *datatable.Table, samples *catalog.Samples) {
	kinds := t.Kinds()
	sound, said := t.Column(guessColumn(kinds, soundHalf(""))), t.Column(guessColumn(kinds, transcriptHalf("")))
	if sound < 0 || said < 0 || kinds[sound].Kind != datatable.Audio {
		return
	}
	others := slices.ContainsFunc(kinds, func(k datatable.Column) bool {
		return k.Name != t.Columns[sound] && k.Name != t.Columns[said] && k.Name != datatable.SideColumn && k.Kind != datatable.Ignored
	})
	if others && !strings.EqualFold(t.Columns[said], "transcript") {
		return
	}
	at := samples.At
	samples.At = func(ctx context.Context, row int) (catalog.Sample, error) {
		sample, err := at(ctx, row)
		if err != nil {
			return sample, err
		}
		for _, column := range []int{sound, said} {
			if t.Cell(row, column) == "" {
				return sample, fmt.Errorf("column %q is empty: expected one of a pair", t.Columns[column])
			}
		}
		var letters []int64
		for _, letter := range join(columns.Words(t.Cell(row, said))) {
			letters = append(letters, int64(letter))
		}
		n := int(int64(len(sample.Audio)) * multimodal.SpeechRate / int64(max(sample.Rate, 1)))
		if have, need := multimodal.SpeechSteps(multimodal.SpeechFrames(n)), ctc.LeastSteps(letters); have < need {
			err = fmt.Errorf("its %.2f s make %d steps, but its text of %d characters needs %d: "+
				"the recording is cut short, or the text is another's", float64(n)/multimodal.SpeechRate, have, len(letters), need)
		}
		return sample, err
	}
}

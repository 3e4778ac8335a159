package metrics_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/ctc"
	"multitorch/torch"
	"multitorch/trainer/metrics"
)

// TestErrorRates adds up batches of random texts to jiwer's counts over all of them.
func TestErrorRates(t *testing.T) {
	var cases []struct {
		Reference, Understood string
		Words, Characters     [4]int // hits, substitutions, deletions, insertions
	}
	content, err := os.ReadFile("../../multimodal/ctc/testdata/edits.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &cases))
	cer, wer := metrics.NewCER(), metrics.NewWER()
	for round := range 2 { // the second after Reset
		var batch metrics.Transcribed
		var words, characters [4]int
		for i, c := range cases {
			for k := range 4 {
				words[k] += c.Words[k]
				characters[k] += c.Characters[k]
			}
			batch.Reference, batch.Understood = append(batch.Reference, c.Reference), append(batch.Understood, c.Understood)
			if i%7 == 6 || i == len(cases)-1 {
				require.Equal(t, len(batch.Reference), batch.Samples())
				cer.Update(batch)
				wer.Update(batch)
				batch = metrics.Transcribed{}
			}
		}
		for _, m := range []struct {
			*metrics.ErrorRate
			want [4]int
		}{{cer, characters}, {wer, words}} {
			w := m.want
			require.Equal(t, ctc.Edits{Hits: w[0], Substitutions: w[1], Deletions: w[2], Insertions: w[3]}, m.Edits(), m.Name(), round)
			rate, err := m.Compute()
			require.NoError(t, err)
			require.Equal(t, float64(w[1]+w[2]+w[3])/float64(w[0]+w[1]+w[2]), rate)
			m.Reset()
		}
	}
}

func TestErrorRateOfNothing(t *testing.T) {
	m := metrics.NewWER()
	rate, err := m.Compute()
	require.NoError(t, err)
	require.True(t, math.IsNaN(rate))
	m.Update(metrics.Transcribed{Reference: []string{""}, Understood: []string{"a"}})
	_, err = m.Compute()
	require.EqualError(t, err, "all 1 references are empty")
	err = torch.Try(func() error { m.Update(metrics.Transcribed{Reference: []string{""}}); return nil })
	require.ErrorContains(t, err, "expected as many texts as references, but got 0 and 1")
	require.Equal(t, "WER 50.0 %", metrics.Value{Name: m.Name(), Value: 0.5, Share: m.IsShare()}.String())
}

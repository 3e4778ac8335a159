package asterisk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/asterisk"
)

// TestRealData looks at the data itself, in the default folder; where it is not there yet, it is fetched.
func TestRealData(t *testing.T) {
	data, err := asterisk.Open(t.Context(), "", asterisk.Options{}, func(line string) { t.Log(line) })
	require.NoError(t, err)
	require.Len(t, data.Clips, 540)
	require.Equal(t, 28, data.Skipped)
	sides := data.Split(asterisk.SplitOptions{})
	require.Len(t, sides.Train, 373)
	require.Len(t, sides.Test, 93)
	var total time.Duration
	letters := map[rune]bool{}
	for _, c := range append(sides.Train, sides.Test...) {
		total += c.Duration()
		for _, r := range c.Words() {
			letters[r] = true
		}
	}
	require.InDelta(t, 13.3, total.Minutes(), 0.1)
	require.Len(t, letters, 28) // a to z, space and apostrophe
}

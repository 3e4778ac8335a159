package asterisk_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/asterisk"
)

// real is the data itself, in the default folder; where it is not there yet, it is fetched.
var real = sync.OnceValues(func() (*asterisk.Data, error) {
	return asterisk.Open(context.Background(), "", asterisk.Options{}, nil)
})

// TestRealData looks at what is in it.
func TestRealData(t *testing.T) {
	data, err := real()
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

// TestRealStrictSplit says how much stricter it is.
func TestRealStrictSplit(t *testing.T) {
	data, err := real()
	require.NoError(t, err)
	recur := func(s asterisk.Sides) (n int) {
		learned := map[string]bool{}
		for _, c := range s.Train {
			for _, p := range asterisk.Phrases(c.Words()) {
				learned[p] = true
			}
		}
		for _, c := range s.Test {
			for _, p := range asterisk.Phrases(c.Words()) {
				if learned[p] {
					n++
					break
				}
			}
		}
		return n
	}
	require.Equal(t, 26, recur(data.Split(asterisk.SplitOptions{})))
	strict := data.Split(asterisk.SplitOptions{Strict: true})
	require.Zero(t, recur(strict))
	require.Len(t, strict.Test, 93)
}

// TestRealMore adds what can be learned from beside the test side.
func TestRealMore(t *testing.T) {
	data, err := real()
	require.NoError(t, err)
	plain, more := data.Split(asterisk.SplitOptions{}), data.Split(asterisk.SplitOptions{More: true})
	require.Equal(t, plain.Test, more.Test)
	minutes := 0.0
	for _, c := range more.Train {
		minutes += c.Duration().Minutes()
		require.NotContains(t, c.Words(), "  ")
	}
	t.Log(len(more.Train)-len(plain.Train), minutes)
	strict := data.Split(asterisk.SplitOptions{Strict: true, More: true})
	said := map[string]bool{}
	for _, c := range strict.Test {
		for _, p := range asterisk.Phrases(c.Words()) {
			said[p] = true
		}
	}
	for _, c := range strict.Train {
		for _, p := range asterisk.Phrases(c.Words()) {
			require.False(t, said[p], p)
		}
	}
	require.Greater(t, len(strict.Train), 373)
}

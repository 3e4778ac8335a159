package generation

import (
	"slices"
	"strings"
	"time"
)

// allStops are the rules that end a sequence, beside its length and the time.
func (s *session) allStops() []func(ids []int64) bool {
	var stops []func(ids []int64) bool
	if ends := s.config.EOSTokenID; len(ends) > 0 {
		stops = append(stops, func(ids []int64) bool { return slices.Contains(ends, ids[len(ids)-1]) })
	}
	if len(s.config.StopStrings) > 0 {
		stops = append(stops, stopStrings(s.config.StopStrings, s.config.Decode))
	}
	return append(stops, s.config.Stops...)
}

// ended reports whether a sequence ends with these ids.
func (s *session) ended(ids []int64) bool {
	for _, stop := range s.stops {
		if stop(ids) {
			return true
		}
	}
	return len(ids) >= s.length || !s.deadline.IsZero() && time.Now().After(s.deadline)
}

// stopStrings ends a sequence in whose text one of the strings ends in what its last id adds. Only as many ids are decoded as
// the longest of them can have: each id adds a byte or more, but for special ones, which are given as many again.
func stopStrings(all []string, decode func([]int64) string) func(ids []int64) bool {
	longest := 0
	for _, s := range all {
		longest = max(longest, len(s))
	}
	return func(ids []int64) bool {
		tail := ids[max(0, len(ids)-2*longest-2):]
		text, before := decode(tail), decode(tail[:len(tail)-1])
		old := common(text, before)
		for _, s := range all {
			if i := strings.Index(text[max(0, old-len(s)+1):], s); i >= 0 {
				return true
			}
		}
		return false
	}
}

// common is the number of bytes with which two texts begin alike.
func common(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

package ctc

import "strings"

// Edits are what it takes to make the reference into what was understood, with as few edits as possible.
type Edits struct {
	Hits, Substitutions, Deletions, Insertions int
}

// Errors is the number of edits.
func (e Edits) Errors() int { return e.Substitutions + e.Deletions + e.Insertions }

// Reference is the length of the reference.
func (e Edits) Reference() int { return e.Hits + e.Substitutions + e.Deletions }

// Add is the edits of both.
func (e Edits) Add(o Edits) Edits {
	return Edits{e.Hits + o.Hits, e.Substitutions + o.Substitutions, e.Deletions + o.Deletions, e.Insertions + o.Insertions}
}

// costs of the edits; a hit costs nothing.
type costs struct{ substitution, deletion, insertion int32 }

// Compare counts the edits between a reference and what was understood, where each costs 1 (Levenshtein, 1966). Of several
// ways with the same number it takes the one that RapidFuzz takes, on which jiwer rests, so the three counts are jiwer's.
func Compare[T comparable](reference, understood []T) Edits {
	begin, end := 0, 0
	for begin < min(len(reference), len(understood)) && reference[begin] == understood[begin] {
		begin++
	}
	r, u := reference[begin:], understood[begin:]
	for end < min(len(r), len(u)) && r[len(r)-1-end] == u[len(u)-1-end] {
		end++
	}
	e := trace(r[:len(r)-end], u[:len(u)-end], costs{1, 1, 1}, likeRapidFuzz)
	e.Hits += begin + end
	return e
}

// CompareWeighted counts as NIST's sclite does: a substitution costs 4, a deletion or insertion 3. It prefers hits, and may
// so come to more edits than [Compare].
func CompareWeighted[T comparable](reference, understood []T) Edits {
	return trace(reference, understood, costs{4, 3, 3}, likeSclite)
}

// Words compares two texts word by word, split at white space.
func Words(reference, understood string) Edits {
	return Compare(strings.Fields(reference), strings.Fields(understood))
}

// Characters compares two texts character by character, by code points.
func Characters(reference, understood string) Edits {
	return Compare([]rune(reference), []rune(understood))
}

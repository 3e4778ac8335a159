// Package failure is the word that is left in the store of a rank that failed: by itself, or by the launcher that saw it end.
package failure

import (
	"encoding/json"
	"fmt"
)

// Any is the key that has a value as soon as a rank has failed.
const Any = "failed"

// Of is the key of a rank's report.
func Of(rank int) string { return fmt.Sprintf("failed/%d", rank) }

// Attempt begins the keys of the n-th start of all ranks around a store that outlives them, as torchrun's do.
func Attempt(n string) string { return "/worker/attempt_" + n + "/" }

// Report says why a rank failed.
type Report struct {
	Error string
	Ranks []int // whose fault it is: its own, or that of others
}

// Leave writes the report of a rank.
func (r Report) Leave(rank int, set func(key, value string) error) error {
	text, err := json.Marshal(r)
	if err == nil {
		err = set(Of(rank), string(text))
	}
	if err == nil {
		err = set(Any, "1")
	}
	return err
}

package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"multitorch/torch"
	"multitorch/trainer/metrics"
)

// heard is a metric that keeps what it is told, for people to read. Its value is the share of texts that are all right.
type heard struct {
	all    metrics.Transcribed
	scores []clipScores // in evaluation
}

// clipScores are the scores of a clip, in memory of Go's.
type clipScores struct {
	values []float32
	steps  int
}

// Name is "exact".
func (h *heard) Name() string { return "exact" }

// IsShare is true.
func (h *heard) IsShare() bool { return true }

// Update takes texts.
func (h *heard) Update(t metrics.Transcribed) {
	h.all.Understood = append(h.all.Understood, t.Understood...)
	h.all.Reference = append(h.all.Reference, t.Reference...)
}

// keep takes the scores of the texts that come next.
func (h *heard) keep(scores, steps *torch.Tensor) {
	t, c := scores.Size(1), scores.Size(2)
	values := torch.ToSlice[float32](scores)
	for i, n := range torch.ToSlice[int](steps) {
		h.scores = append(h.scores, clipScores{slices.Clone(values[i*t*c : (i*t+n)*c]), n})
	}
}

// Compute is the share of texts that were understood without an error.
func (h *heard) Compute() (float64, error) {
	right := 0
	for i, reference := range h.all.Reference {
		if h.all.Understood[i] == reference {
			right++
		}
	}
	return float64(right) / float64(max(1, len(h.all.Reference))), nil
}

// Reset starts again with no texts.
func (h *heard) Reset() { *h = heard{} }

// State implements metrics.Stateful: the texts, as JSON.
func (h *heard) State() []*torch.Tensor {
	if len(h.all.Reference) == 0 {
		return nil
	}
	text, _ := json.Marshal(h.all) // of texts there is always one
	return []*torch.Tensor{torch.FromSlice(text).Keep()}
}

// Merge implements metrics.Stateful.
func (h *heard) Merge(state []*torch.Tensor) error {
	if state == nil {
		return nil
	}
	var more metrics.Transcribed
	if len(state) != 1 || state[0].DType() != torch.Uint8 {
		return fmt.Errorf("expected texts as one tensor of bytes, but got %d tensors", len(state))
	}
	if err := json.Unmarshal(torch.ToSlice[uint8](state[0]), &more); err != nil {
		return err
	}
	if len(more.Understood) != len(more.Reference) {
		return fmt.Errorf("expected as many texts as references, but got %d and %d", len(more.Understood), len(more.Reference))
	}
	h.Update(more)
	return nil
}

// report shows the errors by kind, what a search makes of them, and what was heard worst.
func (t *speechTask) report() string {
	h := t.heard
	var b strings.Builder
	b.WriteString("                            reference  substituted  deleted  inserted  error rate\n")
	errorTable(&b, "likeliest path", h.all)
	if found, err := t.searched(h); err == nil {
		errorTable(&b, searchName, found)
	}
	order, _ := h.worstFirst()
	b.WriteString("\nWorst understood:\n")
	for _, i := range order[:min(10, len(order))] {
		fmt.Fprintf(&b, "  said   %s\n  heard  %s\n", h.all.Reference[i], h.all.Understood[i])
	}
	return b.String()
}

// errorTable is a row for characters and one for words.
func errorTable(b *strings.Builder, how string, t metrics.Transcribed) {
	for _, m := range []*metrics.ErrorRate{metrics.NewCER(), metrics.NewWER()} {
		m.Update(t)
		rate, _ := m.Compute()
		e := m.Edits()
		fmt.Fprintf(b, "%-22s %s  %9d  %11d  %7d  %8d  %8.1f %%\n",
			how, m.Name(), e.Reference(), e.Substitutions, e.Deletions, e.Insertions, 100*rate)
	}
}

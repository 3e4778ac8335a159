package main

import (
	"cmp"
	"fmt"
	"image"
	"slices"

	"multitorch/torch"
	"multitorch/trainer/hooks"
	"multitorch/trainer/report"
)

// gallery is pictures and the texts that belong to them, as a model of both sees them.
type gallery struct {
	pictures, texts *torch.Tensor // [N, size], of length 1
	n               int
	alike           func(i, j int) bool // whether the text of one belongs to the picture of the other
	picture         func(i int) (image.Image, error)
	text            func(i int) string
}

// mostInGallery bounds how many pairs a page's samples are searched in.
const mostInGallery = 2000

// showsPairs has a page show what is found first among the test pairs: texts by pictures, and pictures by texts.
func showsPairs(r *hooks.Report) {
	r.SamplesTitle, r.TruthWord = "What is found first: texts for pictures, and pictures for texts", "wanted:"
}

// samples are as many pictures as texts, spread over the pairs, with what is found for them.
func (g gallery) samples() (all []report.Sample, err error) {
	n := g.n
	if n == 0 {
		return nil, nil
	}
	for _, i := range spread(mostSamples/2, n) {
		found, rank := g.find(g.pictures, g.texts, i)
		s := report.Sample{Text: fmt.Sprintf("its text comes %s of %d", ordinal(rank), n), Said: g.text(found), Truth: g.text(i)}
		if s.Picture, err = g.picture(i); err != nil {
			return nil, err
		}
		all = append(all, g.judged(s, found, i))
	}
	for _, i := range spread(mostSamples/2, n) {
		found, rank := g.find(g.texts, g.pictures, i)
		s := report.Sample{
			Text: fmt.Sprintf("for “%s”; its picture comes %s of %d", g.text(i), ordinal(rank), n), Said: g.text(found), Truth: g.text(i),
		}
		if s.Picture, err = g.picture(found); err != nil {
			return nil, err
		}
		all = append(all, g.judged(s, found, i))
	}
	return all, nil
}

// judged takes whatever is alike for right.
func (g gallery) judged(s report.Sample, found, wanted int) report.Sample {
	if g.alike(found, wanted) {
		s.Truth = s.Said
	}
	return s
}

// find is what fits the i-th query best, and at which place the first that belongs to it comes.
func (g gallery) find(queries, items *torch.Tensor, i int) (found, rank int) {
	scores := torch.ToSlice[float32](items.Matmul(queries.Select(0, i)))
	order := make([]int, len(scores))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	rank = 1 + slices.IndexFunc(order, func(k int) bool { return g.alike(k, i) })
	return order[0], rank
}

// spread are indices of up to n of some things, at equal distances.
func spread(n, of int) []int {
	n = min(n, of)
	indices := make([]int, n)
	for i := range indices {
		indices[i] = i * of / n
	}
	return indices
}

// ordinal is 1st, 2nd, 3rd, 11th.
func ordinal(n int) string {
	if tens := n % 100; tens < 11 || tens > 13 {
		switch n % 10 {
		case 1:
			return fmt.Sprintf("%dst", n)
		case 2:
			return fmt.Sprintf("%dnd", n)
		case 3:
			return fmt.Sprintf("%drd", n)
		}
	}
	return fmt.Sprintf("%dth", n)
}

package ctc

import "multitorch/torch"

// TreeSize is how many beginnings a search holds at the end.
func (b Beam) TreeSize(scores *torch.Tensor) int {
	root := b.root()
	s := search{Beam: b, width: b.Width, best: []*beginning{root}}
	values, classes := torch.ToSlice[float64](scores), scores.Size(1)
	for ; len(values) > 0; values = values[classes:] {
		s.step(values[:classes])
	}
	return root.size()
}

func (n *beginning) size() int {
	total := 1
	for _, c := range n.next {
		total += c.size()
	}
	return total
}

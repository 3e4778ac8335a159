package generation_test

import (
	"os"
	"testing"

	"multitorch/torch"
	"multitorch/transformers/generation"
)

func TestMain(m *testing.M) {
	torch.SetNumThreads(1)
	os.Exit(m.Run())
}

// toy is a model whose next id depends on all ids of a row, but not on padding: its state is a sum that each id changes.
type toy struct{ vocab, positions int }

func (m toy) Traits() generation.Traits {
	return generation.Traits{Vocab: m.vocab, Positions: m.positions, Device: torch.CPU}
}

func (m toy) Decoder(s generation.Start) generation.Decoder {
	d := &toyDecoder{vocab: m.vocab, state: make([]uint32, s.Rows)}
	if s.Mask != nil {
		d.mask = torch.ToSlice[int64](s.Mask)
	}
	return d
}

type toyDecoder struct {
	vocab int
	state []uint32
	mask  []int64 // of the prompt, until it is read
}

func (d *toyDecoder) Step(ids *torch.Tensor) *torch.Tensor {
	n, all := ids.Size(1), torch.ToSlice[int64](ids)
	logits := make([]float32, 0, len(d.state)*d.vocab)
	for r := range d.state {
		for i, id := range all[r*n : (r+1)*n] {
			if d.mask == nil || d.mask[r*n+i] == 1 {
				d.state[r] = (d.state[r]+uint32(id)+1)*2654435761 ^ d.state[r]>>15
			}
		}
		for i := range d.vocab {
			x := (d.state[r] + uint32(i)) * 2246822519
			logits = append(logits, float32(x>>20)/512)
		}
	}
	d.mask = nil
	return torch.FromSlice(logits, len(d.state), d.vocab)
}

func (d *toyDecoder) Reorder(from []int) {
	before := d.state
	d.state = make([]uint32, len(from))
	for i, r := range from {
		d.state[i] = before[r]
	}
}

func (d *toyDecoder) Close() {}

package nn

import (
	"slices"

	"multitorch/torch"
)

var padSequence = torch.NewOperator("aten::pad_sequence", "sequences", "batch_first", "padding_value")

// PadSequence makes a batch of sequences [L, ...] of several lengths, filled up at their ends: [longest, N, ...], or with
// [BatchFirst] [N, longest, ...], as torch.nn.utils.rnn.pad_sequence. Options: [BatchFirst], [PaddingValue].
func PadSequence(sequences []*torch.Tensor, opts ...PadOption) *torch.Tensor {
	var c padConfig
	for _, o := range opts {
		o.pad(&c)
	}
	checkSequences("pad_sequence", sequences)
	if c.total != 0 {
		panic(invalid("pad_sequence", "no keyword argument total_length; it takes batch_first, padding_value"))
	}
	return padSequence.Call(sequences, c.batchFirst, c.value)
}

func checkSequences(op string, sequences []*torch.Tensor) {
	if len(sequences) == 0 {
		panic(invalid(op, "expected sequences, but got none"))
	}
	first := sequences[0].Shape()
	for i, s := range sequences {
		if got := s.Shape(); len(got) == 0 || !slices.Equal(got[1:], first[1:]) {
			panic(invalid(op, "expected sequences with the same dimensions behind their lengths, but got the shapes %s and, for sequence %d, %s",
				pyList(first), i, pyList(got)))
		}
	}
}

// UnpadSequence undoes [PadSequence]: the sequences without what is behind their lengths, as
// torch.nn.utils.rnn.unpad_sequence. Options: [BatchFirst].
func UnpadSequence(padded, lengths *torch.Tensor, opts ...PadOption) []*torch.Tensor {
	var c padConfig
	for _, o := range opts {
		o.pad(&c)
	}
	batch := packConfig{batchFirst: c.batchFirst}.batchDim()
	shape := padded.Shape()
	if len(shape) < 2 {
		panic(invalid("unpad_sequence", "expected a batch of sequences of at least 2 dimensions, but got the shape %s", pyList(shape)))
	}
	local := lengths.To(torch.Int64, torch.CPU)
	if local != lengths {
		defer local.Free()
	}
	ns := torch.ToSlice[int](local)
	if len(ns) > shape[batch] {
		panic(invalid("unpad_sequence", "expected lengths of %d sequences, but got %d", shape[batch], len(ns)))
	}
	sequences := make([]*torch.Tensor, len(ns))
	for i, n := range ns {
		s := padded.Select(batch, i)
		part := s.Narrow(0, 0, max(0, min(n, shape[1-batch])))
		sequences[i] = part.Clone()
		part.Free()
		s.Free()
	}
	return sequences
}

// PackSequence packs sequences [L, ...] of several lengths, as torch.nn.utils.rnn.pack_sequence. Options: [EnforceSorted].
func PackSequence(sequences []*torch.Tensor, opts ...PackOption) *PackedSequence {
	checkSequences("pack_sequence", sequences)
	ns := make([]int, len(sequences))
	for i, s := range sequences {
		ns[i] = s.Size(0)
	}
	lengths, padded := torch.New(ns), PadSequence(sequences)
	defer lengths.Free()
	defer padded.Free()
	return PackPaddedSequence(padded, lengths, append(slices.Clone(opts), BatchFirst(false))...)
}

// UnpackSequence undoes [PackSequence], as torch.nn.utils.rnn.unpack_sequence.
func UnpackSequence(p *PackedSequence) []*torch.Tensor {
	padded, lengths := PadPackedSequence(p, BatchFirst(true))
	defer padded.Free()
	defer lengths.Free()
	return UnpadSequence(padded, lengths, BatchFirst(true))
}

package nn

import (
	"slices"

	"multitorch/torch"
)

var (
	packPadded = torch.NewOperator("aten::_pack_padded_sequence", "input", "lengths", "batch_first")
	padPacked  = torch.NewOperator("aten::_pad_packed_sequence", "data", "batch_sizes", "batch_first", "padding_value", "total_length")
	scatter    = torch.NewOperator("aten::scatter_.src", "self", "dim", "index", "src")
)

// PackedSequence is a batch of sequences without their padding, as
// torch.nn.utils.rnn.PackedSequence: the first steps of all, then the second
// steps of those that have one, and so on. [PackPaddedSequence] makes it.
type PackedSequence struct {
	Data            *torch.Tensor // [sum of lengths, features]
	BatchSizes      *torch.Tensor // int64 [longest length], on the CPU: how many sequences each step has
	SortedIndices   *torch.Tensor // int64 [N], or nil: the order by length in which they are packed
	UnsortedIndices *torch.Tensor // int64 [N], or nil: the way back
}

// batch is the number of sequences.
func (p *PackedSequence) batch() int {
	first := p.BatchSizes.Select(0, 0)
	defer first.Free()
	return int(first.ItemInt())
}

// PackOption is an option of [PackPaddedSequence]: [BatchFirst], [EnforceSorted].
type PackOption interface{ pack(*packConfig) }

type packConfig struct {
	batchFirst    bool
	enforceSorted bool
}

func (b BatchFirst) pack(c *packConfig) { c.batchFirst = bool(b) }
func (b BatchFirst) pad(c *padConfig)   { c.batchFirst = bool(b) }

// EnforceSorted(false) accepts sequences in any order. By default they must come
// in the order of falling length.
type EnforceSorted bool

func (e EnforceSorted) pack(c *packConfig) { c.enforceSorted = bool(e) }

// PackPaddedSequence packs a batch of padded sequences x, [L, N, ...] or with
// BatchFirst [N, L, ...], as torch.nn.utils.rnn.pack_padded_sequence. The lengths
// are integers [N], from 1 to L, on the CPU.
func PackPaddedSequence(x, lengths *torch.Tensor, opts ...PackOption) *PackedSequence {
	c := packConfig{enforceSorted: true}
	for _, o := range opts {
		o.pack(&c)
	}
	checkLengths(x, lengths, c)
	if wide := lengths.To(torch.Int64); wide != lengths {
		lengths = wide
		defer wide.Free()
	}
	p := &PackedSequence{}
	if !c.enforceSorted {
		sorted, order := lengths.Sort(0, true)
		defer sorted.Free()
		lengths = sorted
		p.SortedIndices = order.To(x.Device())
		if p.SortedIndices != order {
			order.Free()
		}
		p.UnsortedIndices = invertPermutation(p.SortedIndices)
		x = x.IndexSelect(c.batchDim(), p.SortedIndices)
		defer x.Free()
	}
	p.Data, p.BatchSizes = packPadded.Call2(x, lengths, c.batchFirst)
	return p
}

func (c packConfig) batchDim() int {
	if c.batchFirst {
		return 0
	}
	return 1
}

func checkLengths(x, lengths *torch.Tensor, c packConfig) {
	const op = "pack_padded_sequence"
	shape := x.Shape()
	if len(shape) < 2 {
		panic(invalid(op, "expected an input of at least 2 dimensions, but got the shape %s", pyList(shape)))
	}
	n, longest := shape[c.batchDim()], shape[1-c.batchDim()]
	if got := lengths.Shape(); !slices.Equal(got, torch.Shape{n}) {
		panic(invalid(op, "expected one length for each of %d sequences, but got lengths of the shape %s; the input is %s",
			n, pyList(got), pyList(shape)))
	}
	local := lengths.To(torch.Int64, torch.CPU)
	if local != lengths {
		defer local.Free()
	}
	before := int64(longest)
	for i, length := range torch.ToSlice[int64](local) {
		if length < 1 || length > int64(longest) {
			panic(invalid(op, "expected lengths from 1 to %d, but got %d for sequence %d; the input is %s", longest, length, i, pyList(shape)))
		}
		if c.enforceSorted && length > before {
			panic(invalid(op, "expected lengths in falling order, but sequence %d is longer (%d) than the one before it (%d); give EnforceSorted(false)",
				i, length, before))
		}
		before = length
	}
}

func invertPermutation(p *torch.Tensor) *torch.Tensor {
	inverse := torch.EmptyLike(p)
	count := torch.Arange(0, p.Numel(), 1, torch.Int64, p.Device())
	defer count.Free()
	scatter.Do(inverse, 0, p, count)
	return inverse
}

// PadOption is an option of [PadPackedSequence]: [BatchFirst], [PaddingValue],
// [TotalLength].
type PadOption interface{ pad(*padConfig) }

type padConfig struct {
	batchFirst bool
	value      float64
	total      int // 0 for the longest length
}

// PaddingValue is what fills up shorter sequences. The default is 0.
type PaddingValue float64

func (v PaddingValue) pad(c *padConfig) { c.value = float64(v) }

// TotalLength is the length of the padded sequences; the default is that of the
// longest.
type TotalLength int

func (n TotalLength) pad(c *padConfig) { c.total = int(n) }

// PadPackedSequence undoes [PackPaddedSequence], as
// torch.nn.utils.rnn.pad_packed_sequence: it returns the padded sequences
// [L, N, ...], or with BatchFirst [N, L, ...], in the order before packing, and
// their lengths, int64 [N].
func PadPackedSequence(p *PackedSequence, opts ...PadOption) (x, lengths *torch.Tensor) {
	if p == nil {
		panic(invalid("PadPackedSequence", "expected a packed sequence, but got nil"))
	}
	var c padConfig
	for _, o := range opts {
		o.pad(&c)
	}
	longest := p.BatchSizes.Size(0)
	if c.total == 0 {
		c.total = longest
	}
	if c.total < longest {
		panic(invalid("pad_packed_sequence", "expected a total length of at least %d, that of the longest sequence, but got %d",
			longest, c.total))
	}
	x, lengths = padPacked.Call2(p.Data, p.BatchSizes, c.batchFirst, c.value, c.total)
	if p.UnsortedIndices == nil {
		return x, lengths
	}
	defer x.Free()
	defer lengths.Free()
	order := p.UnsortedIndices.To(torch.CPU)
	if order != p.UnsortedIndices {
		defer order.Free()
	}
	return x.IndexSelect(packConfig{batchFirst: c.batchFirst}.batchDim(), p.UnsortedIndices), lengths.IndexSelect(0, order)
}

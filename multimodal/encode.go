package multimodal

import (
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// encoded is what a model's encoders made of a batch.
type encoded struct {
	features, masks []*torch.Tensor
	present         *torch.Tensor // nil: all are there
}

// encode lets each encoder see the samples that have its modality. The features of the others are zeros.
func (m *Model) encode(in Inputs) encoded {
	n := m.samples(in)
	e := encoded{present: m.present(in, n)}
	for i, modality := range m.config.Modalities {
		rows := m.rows(e.present, i)
		var x, mask *torch.Tensor
		switch given, ok := in.Of[modality.Name]; {
		case ok && rows == nil:
			x, mask = m.features(i, given)
		case rows != nil && rows.Size(0) > 0:
			x, mask = m.features(i, given.at(rows))
			x, mask = spread(x, rows, n), spread(mask, rows, n)
		default:
			x = m.nothing(i, n)
		}
		e.features, e.masks = append(e.features, x), append(e.masks, mask)
	}
	return e
}

// features are what the encoder of modality i makes of an input, and of a sequence which elements count.
func (m *Model) features(i int, in Input) (x, mask *torch.Tensor) {
	e := m.Encoders.Get(key(m.config.Modalities[i].Name))
	if m.sequences[i] {
		return e.(SequenceEncoder).EncodeSequence(in)
	}
	return e.Encode(in), nil
}

// nothing stands for the features of a modality that no sample has.
func (m *Model) nothing(i, n int) *torch.Tensor {
	like := nn.Parameters(m.Head)[0]
	if m.sequences[i] {
		return torch.Zeros(torch.Shape{n, 1, m.sizes[i]}, like.DType(), like.Device())
	}
	return torch.Zeros(torch.Shape{n, m.sizes[i]}, like.DType(), like.Device())
}

// samples is N, checked.
func (m *Model) samples(in Inputs) int {
	n := -1
	for name, i := range in.Of {
		if !slices.ContainsFunc(m.config.Modalities, func(m Modality) bool { return m.Name == name }) {
			panic(invalid("Model", "no modality %.40q: expected some of %q", name, m.names()))
		}
		if i.Data == nil || i.Data.Dim() == 0 {
			panic(invalid("Model", "modality %.40q: expected data [N, ...]; leave it out where it is missing", name))
		}
		if n >= 0 && i.Data.Size(0) != n {
			panic(invalid("Model", "modality %.40q has %d samples, and another has %d", name, i.Data.Size(0), n))
		}
		n = i.Data.Size(0)
	}
	if n < 0 {
		panic(invalid("Model", "expected at least one of the modalities %q, but got none", m.names()))
	}
	if p := in.Present; p != nil && (p.DType() != torch.Bool || !slices.Equal(p.Shape(), torch.Shape{n, len(m.sizes)})) {
		panic(invalid("Model", "expected Present as bool [%d, %d], but got %v (%v)", n, len(m.sizes), p.Shape(), p.DType()))
	}
	return n
}

func (m *Model) names() []string {
	var names []string
	for _, modality := range m.config.Modalities {
		names = append(names, modality.Name)
	}
	return names
}

// present says which sample has which modality, or is nil where all have all. In training some are taken away.
func (m *Model) present(in Inputs, n int) *torch.Tensor {
	drop := m.Training() && m.config.ModalityDropout > 0
	whole := in.Present == nil && !drop
	device := nn.Parameters(m.Head)[0].Device()
	var columns []*torch.Tensor
	for _, modality := range m.config.Modalities {
		given, ok := in.Of[modality.Name]
		column := torch.Full(torch.Shape{n}, ok, torch.Bool, device)
		if given.Lengths != nil && given.Lengths.Lt(1).Any().ItemBool() {
			column, whole = given.Lengths.Gt(0).To(device), false
		}
		columns, whole = append(columns, column), whole && ok
	}
	if whole {
		return nil
	}
	present := torch.Stack(columns, 1)
	if in.Present != nil {
		present = present.And(in.Present)
	}
	if drop {
		kept := present.And(torch.Rand(torch.Shape{n, len(m.sizes)}, device).Ge(m.config.ModalityDropout))
		present = torch.Where(kept.Any(1).Unsqueeze(1), kept, present)
	}
	return present
}

// rows are the samples that have modality i, or nil for all.
func (m *Model) rows(present *torch.Tensor, i int) *torch.Tensor {
	if present == nil {
		return nil
	}
	rows := present.Select(1, i).Nonzero().Select(1, 0)
	if rows.Size(0) == present.Size(0) {
		return nil
	}
	return rows
}

// at is an input of some of the samples.
func (in Input) at(rows *torch.Tensor) Input {
	some := Input{Data: in.Data.IndexSelect(0, rows.To(in.Data.Device()))}
	if in.Lengths != nil {
		some.Lengths = in.Lengths.IndexSelect(0, rows.To(in.Lengths.Device()))
	}
	return some
}

// spread puts x, of the samples rows, among n of which the others are zeros. It passes nil on.
func spread(x, rows *torch.Tensor, n int) *torch.Tensor {
	if x == nil {
		return nil
	}
	shape := x.Shape()
	shape[0] = n
	return x.NewZeros(shape).IndexCopy(0, rows, x)
}

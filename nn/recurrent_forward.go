package nn

import (
	"slices"

	"multitorch/torch"
)

// recurrence is one of libtorch's recurrent networks: the operator for batches of padded
// sequences, and the one for packed ones. States go in and come out one after the other: an
// LSTM has two.
type recurrence struct{ padded, packed *torch.Operator }

func newRecurrence(name string) recurrence {
	return recurrence{
		torch.NewOperator("aten::"+name+".input",
			"input", "hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional", "batch_first"),
		torch.NewOperator("aten::"+name+".data",
			"data", "batch_sizes", "hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional"),
	}
}

// state is one of a network's states: its name, what came for it or nil, and its features.
type state struct {
	name     string
	given    *torch.Tensor
	features int
}

// forward reads x, a batch or one sequence, from the states that are given, or zeros.
func (m *recurrent) forward(op recurrence, x *torch.Tensor, states ...state) []*torch.Tensor {
	switch x.Dim() {
	case 3:
		return m.batch(op, x, states)
	case 2:
		return m.single(op, x, states)
	}
	panic(invalid(m.operation(), "expected an input of 3 dimensions, or 2 for a single sequence, but got the shape %s", pyList(x.Shape())))
}

func (m *recurrent) batch(op recurrence, x *torch.Tensor, states []state) []*torch.Tensor {
	shape := x.Shape()
	m.checkInput(shape)
	h, done := m.states(x, states, shape[m.batchDim()])
	defer done()
	c := &m.config
	return results(op.padded, len(states), x, h, m.weights(), c.Bias, c.NumLayers, c.Dropout, m.Training(), c.Bidirectional, c.BatchFirst)
}

// single is forward for one sequence, which goes through as a batch of one.
func (m *recurrent) single(op recurrence, x *torch.Tensor, states []state) []*torch.Tensor {
	xs := x.Unsqueeze(m.batchDim())
	defer xs.Free()
	for i, s := range states {
		if s.given == nil {
			continue
		}
		if s.given.Dim() != 2 {
			panic(invalid(m.operation(), "expected an %s of 2 dimensions for a single sequence, but got the shape %s",
				s.name, pyList(s.given.Shape())))
		}
		states[i].given = s.given.Unsqueeze(1)
		defer states[i].given.Free()
	}
	ys := m.batch(op, xs, states)
	for i, y := range ys {
		dim := 1
		if i == 0 {
			dim = m.batchDim()
		}
		ys[i] = y.Squeeze(dim)
		y.Free()
	}
	return ys
}

// forwardPacked is forward for a packed sequence. The states are in the order before packing.
func (m *recurrent) forwardPacked(op recurrence, x *PackedSequence, states ...state) (*PackedSequence, []*torch.Tensor) {
	if x == nil {
		panic(invalid(m.operation(), "expected a packed sequence, but got nil"))
	}
	shape := x.Data.Shape()
	if len(shape) != 2 {
		panic(invalid(m.operation(), "expected packed data of 2 dimensions, but got the shape %s", pyList(shape)))
	}
	m.checkInput(shape)
	n := x.batch()
	if x.SortedIndices != nil {
		for i, s := range states {
			if s.given != nil {
				m.checkState(s, n)
				states[i].given = s.given.IndexSelect(1, x.SortedIndices)
				defer states[i].given.Free()
			}
		}
	}
	h, done := m.states(x.Data, states, n)
	defer done()
	c := &m.config
	ys := results(op.packed, len(states), x.Data, x.BatchSizes, h, m.weights(), c.Bias, c.NumLayers, c.Dropout, m.Training(), c.Bidirectional)
	if x.UnsortedIndices != nil {
		for i, hn := range ys[1:] {
			ys[1+i] = hn.IndexSelect(1, x.UnsortedIndices)
			hn.Free()
		}
	}
	return &PackedSequence{ys[0], x.BatchSizes, x.SortedIndices, x.UnsortedIndices}, ys[1:]
}

// results calls an operator that returns an output and a number of states.
func results(op *torch.Operator, states int, args ...any) []*torch.Tensor {
	if states == 1 {
		y, hn := op.Call2(args...)
		return []*torch.Tensor{y, hn}
	}
	y, hn, cn := op.Call3(args...)
	return []*torch.Tensor{y, hn, cn}
}

// states is what an operator takes for hx, one tensor or a list, for n sequences like x: zeros
// where nothing is given. done is to be called when they have been used.
func (m *recurrent) states(x *torch.Tensor, states []state, n int) (hx any, done func()) {
	hs := make([]*torch.Tensor, len(states))
	var made []*torch.Tensor
	for i, s := range states {
		if hs[i] = s.given; s.given != nil {
			m.checkState(s, n)
			continue
		}
		hs[i] = torch.Zeros(m.stateShape(s, n), x.DType(), x.Device())
		made = append(made, hs[i])
	}
	done = func() {
		for _, h := range made {
			h.Free()
		}
	}
	if len(hs) == 1 {
		return hs[0], done
	}
	return hs, done
}

func (m *recurrent) stateShape(s state, n int) torch.Shape {
	return torch.Shape{m.config.NumLayers * m.directions(), n, s.features}
}

func (m *recurrent) checkInput(shape torch.Shape) {
	if last := shape[len(shape)-1]; last != m.input {
		panic(invalid(m.operation(), "expected an input whose last dimension has %d elements (input_size), but got the shape %s",
			m.input, pyList(shape)))
	}
}

func (m *recurrent) checkState(s state, n int) {
	if want, got := m.stateShape(s, n), s.given.Shape(); !slices.Equal(want, got) {
		features := "hidden_size"
		if s.features != m.hidden {
			features = "proj_size"
		}
		panic(invalid(m.operation(), "expected a hidden state of the shape %s (layers·directions, batch, %s), but got %s",
			pyList(want), features, pyList(got)))
	}
}

package nn

import (
	"iter"
	"slices"
	"strconv"
)

// How a row of layers is built and changed after it was made.

// With adds a layer under a name of its own, or puts it in the place of the one of that name, and
// returns the row, as a Sequential of an OrderedDict:
//
//	nn.NewSequential().
//		With("conv1", nn.NewConv2d(1, 20, 5)).
//		With("relu1", nn.NewReLU())
func (m *Sequential) With(name string, l Layer) *Sequential {
	properName("Sequential", name)
	notNil("Sequential", l)
	for i := range m.Layers {
		if m.name(i) == name {
			m.Layers[i] = l
			return m
		}
	}
	m.names = append(m.names[:min(len(m.names), len(m.Layers))], make([]string, max(0, len(m.Layers)-len(m.names)))...)
	if name != strconv.Itoa(len(m.Layers)) {
		m.names = append(m.names, name)
	}
	m.Layers = append(m.Layers, l)
	return m
}

// Append adds a layer at the end, and returns the row.
func (m *Sequential) Append(l Layer) *Sequential { return m.With(strconv.Itoa(len(m.Layers)), l) }

// Extend adds layers at the end, and returns the row.
func (m *Sequential) Extend(layers ...Layer) *Sequential {
	for _, l := range layers {
		m.Append(l)
	}
	return m
}

// Insert puts a layer before the one of an index, which may be the length, and returns the row.
// As in PyTorch, layers with names of their own can't be moved.
func (m *Sequential) Insert(index int, l Layer) *Sequential {
	notNil("Sequential", l)
	i := gapIn("Sequential", index, len(m.Layers))
	for k := i; k < len(m.Layers); k++ {
		if m.name(k) != strconv.Itoa(k) {
			panic(invalid("Sequential", "can't insert before the layer %q, which has a name of its own", m.name(k)))
		}
	}
	m.Layers = slices.Insert(m.Layers, i, l)
	return m
}

// Get is the layer of an index; negative ones count from the end.
func (m *Sequential) Get(index int) Layer {
	return m.Layers[indexIn("Sequential", index, len(m.Layers))]
}

// Named is the layer of a name, and an error that lists the names where there is none.
func (m *Sequential) Named(name string) Layer {
	names := make([]string, len(m.Layers))
	for i, l := range m.Layers {
		if names[i] = m.name(i); names[i] == name {
			return l
		}
	}
	panic(invalid("Sequential", "no layer %.80q; there are %s", name, listed(names)))
}

// Set puts a layer into the place of another.
func (m *Sequential) Set(index int, l Layer) {
	notNil("Sequential", l)
	m.Layers[indexIn("Sequential", index, len(m.Layers))] = l
}

// Delete takes a layer out. As in PyTorch, the others are named by their numbers then.
func (m *Sequential) Delete(index int) { m.Pop(index) }

// Pop takes a layer out, and returns it. As in PyTorch, the others are named by their numbers then.
func (m *Sequential) Pop(index int) Layer {
	i := indexIn("Sequential", index, len(m.Layers))
	l := m.Layers[i]
	m.Layers, m.names = slices.Delete(m.Layers, i, i+1), nil
	return l
}

// Slice is a row of the same layers from start to before stop, under the names that they have
// here: Python's row[start:stop].
func (m *Sequential) Slice(start, stop int) *Sequential {
	n := len(m.Layers)
	start, stop = gapIn("Sequential", start, n), gapIn("Sequential", stop, n)
	part := NewSequential()
	for i := start; i < stop; i++ {
		part.With(m.name(i), m.Layers[i])
	}
	return part
}

// Len is the number of layers.
func (m *Sequential) Len() int { return len(m.Layers) }

// All goes through the layers with their indices.
func (m *Sequential) All() iter.Seq2[int, Layer] { return slices.All(slices.Clone(m.Layers)) }

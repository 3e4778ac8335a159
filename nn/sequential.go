package nn

import (
	"reflect"
	"slices"
	"strconv"

	"multitorch/torch"
)

// Sequential passes its input through layers in a row, as torch.nn.Sequential.
// They are named "0", "1" and so on, or as they were added by [Sequential.With].
//
// A tensor that goes from one layer of this package to the next is freed as soon
// as it has been used, as Python does it: what backward needs of it stays. The
// input is never freed. A layer of one's own may keep what it gets or returns, so
// that stays too, until its scope ends.
type Sequential struct {
	Base
	Layers []Layer
	names  []string // of layers that have one of their own, else ""
}

// NewSequential makes a row of layers.
func NewSequential(layers ...Layer) *Sequential {
	for i, l := range layers {
		if isNil(reflect.ValueOf(l)) {
			panic(invalid("Sequential", "layer %d is nil", i))
		}
	}
	return &Sequential{Layers: layers}
}

// Members lists the layers by their names.
func (m *Sequential) Members() []Member {
	ms := make([]Member, len(m.Layers))
	for i, l := range m.Layers {
		ms[i] = Member{m.name(i), l}
	}
	return ms
}

// name is the name of a layer.
func (m *Sequential) name(i int) string {
	if i < len(m.names) && m.names[i] != "" {
		return m.names[i]
	}
	return strconv.Itoa(i)
}

// Forward is the last layer's output; x itself where there is no layer.
func (m *Sequential) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Sequential", x, &result)
	passing := false // x was made by a layer of ours, and nobody else knows it
	for _, layer := range m.Layers {
		ours := discreet(layer)
		y := layer.Forward(x)
		if y == x {
			passing = passing && ours
			continue
		}
		if passing && ours {
			x.Free()
		}
		x, passing = y, ours
	}
	return x
}

// discreet reports whether a layer is known to keep neither its input nor its output, as the
// layers of this package do; a container does if its layers do. One from elsewhere, also one that
// embeds a layer of ours, may do anything, and so may a hook.
func discreet(l Layer) bool {
	if l.mustEmbedNNBase().hooks.Load() != nil {
		return false
	}
	if c, ok := l.(*Sequential); ok {
		return !slices.ContainsFunc(c.Layers, func(l Layer) bool { return !discreet(l) })
	}
	t := reflect.TypeOf(l)
	return t.Kind() == reflect.Pointer && t.Elem().PkgPath() == baseType.PkgPath()
}

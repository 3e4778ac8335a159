package nn

import (
	"iter"
	"slices"

	"multitorch/torch"
)

// ParameterDict holds parameters by name in the order in which they were set, as
// torch.nn.ParameterDict. (A map[string] in a field does too, in the order of its keys.)
type ParameterDict struct {
	Base
	keys       []string
	parameters map[string]*Parameter
}

// NewParameterDict makes an empty one.
func NewParameterDict() *ParameterDict { return &ParameterDict{parameters: map[string]*Parameter{}} }

// Set adds a parameter, or puts it in the place of the one of that name.
func (d *ParameterDict) Set(key string, p *Parameter) {
	properName("ParameterDict", key)
	notNil("ParameterDict", p)
	if d.parameters == nil {
		d.parameters = map[string]*Parameter{}
	}
	if _, there := d.parameters[key]; !there {
		d.keys = append(d.keys, key)
	}
	d.parameters[key] = p
}

// With is Set, and returns the dict.
func (d *ParameterDict) With(key string, p *Parameter) *ParameterDict {
	d.Set(key, p)
	return d
}

// Get is the parameter of a name, and an error that lists the names where there is none.
func (d *ParameterDict) Get(key string) *Parameter {
	p, ok := d.parameters[key]
	if !ok {
		panic(invalid("ParameterDict", "no parameter %.80q; there are %s", key, listed(d.keys)))
	}
	return p
}

// Has reports whether there is a parameter of a name.
func (d *ParameterDict) Has(key string) bool { return d.parameters[key] != nil }

// Delete takes a parameter out, if it is there.
func (d *ParameterDict) Delete(key string) {
	delete(d.parameters, key)
	d.keys = slices.DeleteFunc(d.keys, func(k string) bool { return k == key })
}

// Pop takes a parameter out, and returns it.
func (d *ParameterDict) Pop(key string) *Parameter {
	p := d.Get(key)
	d.Delete(key)
	return p
}

// Update sets the parameters of another dict, in its order.
func (d *ParameterDict) Update(other *ParameterDict) {
	for k, p := range other.All() {
		d.Set(k, p)
	}
}

// Keys are the names, in their order.
func (d *ParameterDict) Keys() []string { return slices.Clone(d.keys) }

// Len is the number of parameters.
func (d *ParameterDict) Len() int { return len(d.keys) }

// All goes through names and parameters, in their order.
func (d *ParameterDict) All() iter.Seq2[string, *Parameter] {
	return func(yield func(string, *Parameter) bool) {
		for _, k := range slices.Clone(d.keys) {
			if !yield(k, d.parameters[k]) {
				return
			}
		}
	}
}

// Members lists the parameters, in their order.
func (d *ParameterDict) Members() []Member {
	ms := make([]Member, len(d.keys))
	for i, k := range d.keys {
		ms[i] = Member{k, d.parameters[k]}
	}
	return ms
}

// ExtraRepr is what [Describe] prints in the brackets.
func (d *ParameterDict) ExtraRepr() string { return contents(d.Members(), legacyName) }

// legacyName is what a ParameterDict calls a parameter.
func legacyName(p *Parameter) string {
	if p.Device().IsCUDA() {
		return "torch.cuda." + legacyTypes[p.DType()]
	}
	return "torch." + legacyTypes[p.DType()]
}

// legacyTypes are the names of tensors' types before they had dtypes, which a ParameterDict prints.
var legacyTypes = map[torch.DType]string{
	torch.Float32: "FloatTensor", torch.Float64: "DoubleTensor", torch.Float16: "HalfTensor", torch.BFloat16: "BFloat16Tensor",
	torch.Complex64: "ComplexFloatTensor", torch.Complex128: "ComplexDoubleTensor",
}

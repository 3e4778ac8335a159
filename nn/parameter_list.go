package nn

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// ParameterList holds parameters by their numbers, as torch.nn.ParameterList. (A slice in a field
// does too.)
type ParameterList struct {
	Base
	parameters []*Parameter
}

// NewParameterList makes a list of parameters.
func NewParameterList(ps ...*Parameter) *ParameterList { return (&ParameterList{}).Extend(ps...) }

// Append adds a parameter at the end, and returns the list.
func (l *ParameterList) Append(p *Parameter) *ParameterList { return l.Extend(p) }

// Extend adds parameters at the end, and returns the list.
func (l *ParameterList) Extend(ps ...*Parameter) *ParameterList {
	for _, p := range ps {
		notNil("ParameterList", p)
	}
	l.parameters = append(l.parameters, ps...)
	return l
}

// Get is the parameter of an index; negative ones count from the end.
func (l *ParameterList) Get(index int) *Parameter {
	return l.parameters[indexIn("ParameterList", index, len(l.parameters))]
}

// Set puts a parameter into the place of another.
func (l *ParameterList) Set(index int, p *Parameter) {
	notNil("ParameterList", p)
	l.parameters[indexIn("ParameterList", index, len(l.parameters))] = p
}

// Len is the number of parameters.
func (l *ParameterList) Len() int { return len(l.parameters) }

// All goes through the parameters with their indices.
func (l *ParameterList) All() iter.Seq2[int, *Parameter] {
	return slices.All(slices.Clone(l.parameters))
}

// Members lists the parameters by their numbers.
func (l *ParameterList) Members() []Member {
	ms := make([]Member, len(l.parameters))
	for i, p := range l.parameters {
		ms[i] = Member{strconv.Itoa(i), p}
	}
	return ms
}

// ExtraRepr is what [Describe] prints in the brackets.
func (l *ParameterList) ExtraRepr() string {
	return contents(l.Members(), dtypeName)
}

// dtypeName is what a ParameterList calls a parameter.
func dtypeName(p *Parameter) string { return "torch." + p.DType().String() }

// contents are the parameters of a list or dict, as Python prints them; a parameter's type is
// written in another way in each.
func contents(ms []Member, kind func(p *Parameter) string) string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		p := m.Value.(*Parameter)
		sizes := strings.ReplaceAll(strings.Trim(fmt.Sprint(p.Shape()), "[]"), " ", "x")
		device := ""
		if d := p.Device(); d.IsCUDA() {
			device = fmt.Sprintf(" (%v)", d)
			if !repeatsCounted() {
				device = fmt.Sprintf(" (GPU %d)", d.Index())
			}
		}
		lines[i] = fmt.Sprintf("  (%s): Parameter containing: [%s of size %s%s]", m.Name, kind(p), sizes, device)
	}
	return strings.Join(lines, "\n")
}

package aten_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"multitorch/torch"
	"multitorch/torch/aten"
)

// value is an argument or a result: a tag, and what the tag asks for.
type value []json.RawMessage

// decoder turns what Python wrote of one call into Go's values.
type decoder struct {
	data      []byte
	scope     *torch.Scope
	memory    map[int]*torch.Tensor // what tensors of this call share
	gradients bool
	tolerance float64
	leaves    []*torch.Tensor
}

func (v value) tag() string { return read[string](v[0]) }

func read[T any](m json.RawMessage) T {
	var v T
	if err := json.Unmarshal(m, &v); err != nil {
		panic(err)
	}
	return v
}

func float(m json.RawMessage) float64 {
	f, err := strconv.ParseFloat(read[string](m), 64)
	if err != nil {
		panic(err)
	}
	return f
}

func (d *decoder) argument(v value) any {
	switch v.tag() {
	case "T":
		return d.tensor(v)
	case "N":
		return nil
	case "b":
		return read[bool](v[1])
	case "i":
		n, err := strconv.ParseInt(read[string](v[1]), 10, 64)
		if err != nil {
			panic(err)
		}
		return int(n)
	case "f":
		return float(v[1])
	case "c":
		return complex(float(v[1]), float(v[2]))
	case "s":
		return read[string](v[1])
	case "L":
		return d.list(read[[]value](v[1]))
	}
	panic("an unknown tag: " + v.tag())
}

// list is a list of its elements' type.
func (d *decoder) list(vs []value) any {
	tags := map[string]int{}
	for _, v := range vs {
		tags[v.tag()]++
	}
	switch len(vs) {
	case 0:
		return []int{}
	case tags["T"] + tags["N"]:
		return convert[*torch.Tensor](d, vs)
	case tags["i"]:
		return convert[int](d, vs)
	case tags["f"]:
		return convert[float64](d, vs)
	case tags["b"]:
		return convert[bool](d, vs)
	case tags["s"]:
		return convert[string](d, vs)
	}
	return convert[any](d, vs)
}

func convert[T any](d *decoder, vs []value) []T {
	list := make([]T, len(vs))
	for i, v := range vs {
		list[i], _ = d.argument(v).(T)
	}
	return list
}

// tensor makes a tensor on the bytes that Python's had, with the same strides.
func (d *decoder) tensor(v value) *torch.Tensor {
	memory, at, size := read[int](v[1]), read[int](v[2]), read[int](v[3])
	dtype, shape, strides, offset := torch.DType(read[int](v[4])), read[[]int](v[5]), read[[]int](v[6]), read[int](v[7])
	bytes := d.memory[memory]
	if bytes == nil {
		bytes = d.scope.Own(torch.FromBytes(d.data[at:at+size], torch.Shape{size}, torch.Uint8))
		if memory >= 0 {
			d.memory[memory] = bytes
		}
	}
	t := bytes.Detach()
	if n := size / dtype.Size() * dtype.Size(); n < size {
		t = aten.SliceTensor(t, aten.Start(0), aten.End(n))
	}
	t = aten.AsStrided(aten.ViewDType(t, dtype), shape, strides, aten.WithStorageOffset(offset))
	if read[bool](v[8]) {
		t = aten.Call("_conj", t)[0].(*torch.Tensor)
	}
	if read[bool](v[9]) {
		t = aten.Call("_neg_view", t)[0].(*torch.Tensor)
	}
	if d.gradients && (dtype.IsFloatingPoint() || dtype.IsComplex()) {
		t = t.Detach().SetRequiresGrad(true)
		d.leaves = append(d.leaves, t)
	}
	return t
}

// result makes a tensor of what Python says of one.
func (d *decoder) result(v value) *torch.Tensor {
	at, size := read[int](v[1]), read[int](v[2])
	return d.scope.Own(torch.FromBytes(d.data[at:at+size], read[[]int](v[4]), torch.DType(read[int](v[3]))))
}

// differs says how a result differs from Python's, in its elements too or only in
// what it is.
func (d *decoder) differs(want value, got any, elements bool) string {
	if want.tag() == "R" {
		t, _ := got.(*torch.Tensor)
		if t == nil {
			return fmt.Sprintf("%v instead of a tensor", got)
		}
		return d.tensorDiffers(want, t, elements)
	}
	if want.tag() == "L" {
		list := read[[]value](want[1])
		ts, _ := got.([]*torch.Tensor)
		if len(ts) != len(list) {
			return fmt.Sprintf("a list of %d instead of %d", len(ts), len(list))
		}
		for i, w := range list {
			if why := d.differs(w, ts[i], elements); why != "" {
				return why
			}
		}
		return ""
	}
	if t, ok := got.(*torch.Tensor); ok && t == nil {
		got = nil
	}
	if w := d.argument(want); fmt.Sprint(w) != fmt.Sprint(got) {
		return fmt.Sprintf("%v instead of %v", got, w)
	}
	return ""
}

func (d *decoder) tensorDiffers(want value, got *torch.Tensor, elements bool) string {
	at, size, dtype, shape, strides := read[int](want[1]), read[int](want[2]), torch.DType(read[int](want[3])), read[[]int](want[4]), read[[]int](want[5])
	if got.DType() != dtype || !slices.Equal(got.Shape(), shape) || d.tolerance == 0 && !slices.Equal(got.Strides(), strides) {
		return fmt.Sprintf("%v%v with strides %v instead of %v%v with %v", got.DType(), got.Shape(), got.Strides(), dtype, shape, strides)
	}
	if w := d.data[at : at+size]; elements && !bytes.Equal(w, aten.ResolveNeg(aten.ResolveConj(got)).Bytes()) {
		wanted := d.scope.Own(torch.FromBytes(w, shape, dtype))
		if d.tolerance > 0 && aten.Allclose(got, wanted, aten.Rtol(d.tolerance), aten.Atol(d.tolerance), aten.EqualNan(true)) {
			return ""
		}
		return fmt.Sprintf("%s%v with strides %v: got %s, want %s", dtype, shape, strides, short(got), short(wanted))
	}
	return ""
}

// short is the beginning of a tensor's text, on one line.
func short(x *torch.Tensor) string {
	s := strings.Join(strings.Fields(fmt.Sprint(x)), " ")
	return s[:min(len(s), 120)]
}

package distributions

import (
	"reflect"
	"strings"

	"multitorch/torch"
)

// tensorOf is a value that is a tensor, or a parameter of a module's, which is one; else nil.
func tensorOf(v any) *torch.Tensor {
	if t, ok := v.(*torch.Tensor); ok {
		return t
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && !r.IsNil() && r.Elem().Kind() == reflect.Struct {
		if f := r.Elem().FieldByName("Tensor"); f.IsValid() && f.CanInterface() {
			t, _ := f.Interface().(*torch.Tensor)
			return t
		}
	}
	return nil
}

// needTensor is a parameter that has to be a tensor of so many dimensions at least.
func needTensor(op, name string, v any, dims int) *torch.Tensor {
	t := tensorOf(v)
	if t == nil {
		panic(wrongType(op, "expected a tensor as %s, but got %s", name, kindOf(v)))
	}
	if t.Dim() < dims {
		panic(invalid(op, "expected %s of %d dimensions or more, but got the shape %s", name, dims, pyShape(t.Shape())))
	}
	return t
}

func kindOf(v any) string {
	if v == nil || reflect.ValueOf(v).Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil() {
		return "nil"
	}
	return "a " + reflect.TypeOf(v).String()
}

func isNumber(v any) bool {
	switch reflect.ValueOf(v).Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32,
		reflect.Float32, reflect.Float64, reflect.Bool:
		return true
	}
	return false
}

// broadcastAll broadcasts parameters, whose names are given in one string. Numbers take the dtype and the device of the
// first tensor.
func broadcastAll(op, names string, values ...any) []*torch.Tensor {
	fields := strings.Fields(names)
	tensors := make([]*torch.Tensor, len(values))
	dtype, device, found := torch.DefaultDType(), torch.CPU, false
	for i, v := range values {
		tensors[i] = tensorOf(v)
		if tensors[i] == nil && !isNumber(v) {
			panic(wrongType(op, "expected a tensor or a number as %s, but got %s", fields[i], kindOf(v)))
		}
		if tensors[i] != nil && !found {
			dtype, device, found = tensors[i].DType(), tensors[i].Device(), true
		}
	}
	for i, v := range values {
		if tensors[i] == nil {
			tensors[i] = torch.New(v, dtype, device)
		}
	}
	checkShapes(op, fields, tensors)
	return torch.BroadcastTensors(tensors...)
}

// checkShapes says which parameters don't fit together.
func checkShapes(op string, names []string, tensors []*torch.Tensor) {
	shapes, texts := make([]torch.Shape, len(tensors)), make([]string, len(tensors))
	for i, t := range tensors {
		shapes[i] = t.Shape()
		texts[i] = names[i] + " " + pyShape(shapes[i])
	}
	if torch.Try(func() error { torch.BroadcastShapes(shapes...); return nil }) != nil {
		panic(invalid(op, "expected parameters that can be broadcast, but got %s", strings.Join(texts, ", ")))
	}
}

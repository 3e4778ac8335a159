package main

// goType is the Go type of a required argument, and the expression that passes a
// parameter named by %s on. ok is false for types that can't be passed.
func goType(t typ) (name, pass string, ok bool) {
	if t.list {
		return listType(t)
	}
	switch t.base {
	case "Tensor":
		return "*torch.Tensor", "%s", true
	case "Storage":
		return "*torch.Tensor", "%s", true // of the tensor, which stands for it
	case "Generator":
		return "*torch.Generator", "%s", true
	case "Scalar":
		return "Number", "%s", true
	case "str":
		if t.optional {
			return "string", "textOrNone(%s)", true
		}
		return "string", "%s", true
	case "Dimname":
		return "string", "DimName(%s)", !t.optional
	}
	if t.optional {
		_, _, ok = goType(typ{base: t.base})
		return "any", "%s", ok
	}
	switch t.base {
	case "int":
		return "int", "%s", true
	case "float":
		return "float64", "%s", true
	case "bool":
		return "bool", "%s", true
	case "ScalarType":
		return "torch.DType", "%s", true
	case "Device":
		return "torch.Device", "%s", true
	case "Layout", "MemoryFormat":
		return t.base, "int(%s)", true
	}
	return "", "", false
}

func listType(t typ) (name, pass string, ok bool) {
	switch t.base {
	case "Tensor":
		return "[]*torch.Tensor", "%s", !t.optional
	case "Scalar":
		return "[]Number", "%s", !t.optional
	case "Dimname":
		return "[]string", "dimNames(%s)", true // nil for None
	case "int":
		name = "[]int"
	case "float":
		name = "[]float64"
	case "bool":
		name = "[]bool"
	case "str":
		name = "[]string"
	default:
		return "", "", false
	}
	if t.optional {
		return name, "listOrNone(%s)", true
	}
	return name, "%s", true
}

// optionType is the parameter of an option that stands for arguments of these
// types, the value that it keeps, and words for it.
func optionType(types []typ) (name, value, words string, ok bool) {
	kinds := map[string]bool{}
	for _, t := range types {
		kind := t.base
		switch {
		case t.base == "int" && t.list:
			kind = "ints"
		case t.list:
			kind = t.base + "[]"
		}
		if _, _, ok := goType(t); !ok {
			return "", "", "", false
		}
		kinds[kind] = true
	}
	only := func(names ...string) bool {
		n := 0
		for _, name := range names {
			if kinds[name] {
				n++
			}
		}
		return n == len(kinds)
	}
	switch {
	case only("int"):
		return "int", "v", "an int", true
	case only("int", "ints"):
		return "...int", "intOrInts(v)", "an int, or several", true
	case only("float"):
		return "float64", "v", "a float64", true
	case only("int", "float", "Scalar"):
		return "Number", "v", "a number", true
	case only("float[]"):
		return "...float64", "v", "numbers", true
	case len(kinds) > 1:
		return "any", "v", "a value of the type that the operator asks for", true
	}
	t := types[0]
	switch t.base {
	case "Tensor":
		words = "a tensor"
	case "bool":
		words = "true or false"
	case "str":
		words = "text"
	case "ScalarType":
		words = "the type of elements"
	case "Generator":
		words = "a source of random numbers"
	case "Device":
		words = "a device"
	case "Layout":
		words = "a layout"
	case "MemoryFormat":
		words = "an order of elements in memory"
	default:
		return "", "", "", false
	}
	if t.list {
		return "", "", "", false
	}
	t.optional = false
	name, _, ok = goType(t)
	value = "v"
	if t.base == "Layout" || t.base == "MemoryFormat" {
		value = "int(v)"
	}
	return name, value, words, ok
}

// result is a result's Go type, and the expression that reads it from a value of
// type any, which %s names.
func result(t typ) (name, read string, ok bool) {
	switch {
	case t.base == "Tensor" && t.list:
		return "[]*torch.Tensor", "as[[]*torch.Tensor](%s)", true
	case t.list:
		return "", "", false
	}
	switch t.base {
	case "Tensor":
		return "*torch.Tensor", "as[*torch.Tensor](%s)", true
	case "int", "QScheme":
		return "int", "int(as[int64](%s))", true
	case "ScalarType":
		return "torch.DType", "torch.DType(as[int64](%s))", true
	case "float":
		return "float64", "as[float64](%s)", true
	case "bool":
		return "bool", "as[bool](%s)", true
	case "str":
		return "string", "as[string](%s)", true
	case "Scalar":
		return "Number", "%s", true
	}
	return "", "", false
}

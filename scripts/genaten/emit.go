package main

import (
	"fmt"
	"slices"
	"strings"
)

// unsupported is an operator that no typed function was made of, and why.
type unsupported struct{ name, why string }

// function writes an operator's Go function. why is not empty when that can't be
// done.
func function(o operator, options map[string]string) (text, why string, err error) {
	var params parameterList
	var pass []string
	optional := len(o.optional) > 0
	for _, a := range o.required {
		name, err := parameter(a.names[0])
		if err != nil {
			return "", "", err
		}
		goType, expr, ok := goType(a.typ)
		if !ok {
			return "", fmt.Sprintf("an argument of the type %s can't be passed: %s", a.typ.base, a.names[0]), nil
		}
		params.add(name, goType)
		pass = append(pass, fmt.Sprintf(expr, name))
	}
	for _, a := range o.optional {
		if _, ok := options[a.names[0]]; !ok {
			return "", fmt.Sprintf("an argument of the type %s can't be passed: %s", a.typ.base, a.names[0]), nil
		}
	}
	call := "nil"
	if optional {
		params.add("options", "...Option")
		call = "options"
	}
	results, body, ok := o.body(call, pass)
	if !ok {
		return "", "a result can't be passed to Go: " + o.schemas[0].text, nil
	}
	var b strings.Builder
	name := goName(o.name)
	fmt.Fprintf(&b, "// %s calls the operator %s", name, o.name)
	o.comment(&b, options)
	fmt.Fprintf(&b, "func %s(%s) %s {\n%s}\n\n", name, &params, results, body)
	fmt.Fprintf(&b, "var op%s = operator{name: %q, required: %q", name, "aten::"+o.name, names(o.required, true))
	if optional {
		fmt.Fprintf(&b, ", optional: %q", names(o.optional, false))
	}
	b.WriteString("}\n\n")
	return b.String(), "", nil
}

// comment ends the first sentence of the doc comment and writes the rest.
func (o operator) comment(b *strings.Builder, options map[string]string) {
	for _, v := range o.missing {
		fmt.Fprintf(b, ", which is not in libtorch %s", v)
	}
	b.WriteString(".\n//\n")
	same := !slices.ContainsFunc(o.schemas, func(s schema) bool { return s.text != o.schemas[0].text })
	for i, s := range o.schemas {
		if same {
			fmt.Fprintf(b, "//\t%s\n", s.text)
			break
		}
		fmt.Fprintf(b, "//\t%s: %s\n", o.versions[i], s.text)
	}
	var links []string
	for _, a := range o.optional {
		links = append(links, "["+options[a.names[0]]+"]")
	}
	if len(links) > 0 {
		fmt.Fprintf(b, "//\n// Options: %s.\n", strings.Join(links, ", "))
	}
}

// body is the function's results and what stands between its braces.
func (o operator) body(options string, pass []string) (results, body string, ok bool) {
	op := "op" + goName(o.name)
	args := strings.Join(append([]string{options}, pass...), ", ")
	if len(o.returns) == 0 {
		return "", fmt.Sprintf("\t%s.do(%s)\n", op, args), true
	}
	if r := o.returns[0].typ; len(o.returns) == 1 && r.changes() {
		i := slices.IndexFunc(o.required, func(a argument) bool { return a.typ.alias == r.alias })
		if i < 0 || r.base != "Tensor" || r.list {
			return "", "", false
		}
		return "*torch.Tensor", fmt.Sprintf("\t%s.do(%s)\n\treturn %s\n", op, args, pass[i]), true
	}
	var types, reads []string
	tensors := true
	for i, r := range o.returns {
		t, read, ok := result(r.typ)
		if !ok || r.typ.changes() {
			return "", "", false
		}
		tensors = tensors && t == "*torch.Tensor"
		types = append(types, t)
		reads = append(reads, fmt.Sprintf(read, fmt.Sprintf("all[%d]", i)))
	}
	method := map[int]string{1: "tensor", 2: "tensor2", 3: "tensor3"}[len(types)]
	switch {
	case len(types) == 1 && types[0] == "[]*torch.Tensor":
		method = "list"
	case len(types) == 1 && !tensors:
		read := fmt.Sprintf(strings.Replace(reads[0], "all[0]", "%s", 1), fmt.Sprintf("%s.value(%s)", op, args))
		return types[0], "\treturn " + read + "\n", true
	case len(types) == 1 && o.quick():
		method = map[int]string{1: "unary", 2: "binary"}[len(pass)]
	case !tensors || method == "":
		body := fmt.Sprintf("\tall := %s.results(%s)\n\treturn %s\n", op, args, strings.Join(reads, ", "))
		return o.named(types), body, true
	}
	return o.named(types), fmt.Sprintf("\treturn %s.%s(%s)\n", op, method, args), true
}

// quick reports whether the required arguments are one tensor or two.
func (o operator) quick() bool {
	return len(o.required) <= 2 && len(o.required) > 0 && !slices.ContainsFunc(o.required, func(a argument) bool {
		return a.typ.base != "Tensor" || a.typ.list || a.may
	})
}

// named is the list of results, with their names where there are several and the
// schema names them all.
func (o operator) named(types []string) string {
	if len(types) == 1 {
		return types[0]
	}
	var list parameterList
	for i, r := range o.returns {
		if r.name == "" || has(o.schemas[len(o.schemas)-1], []string{r.name}) {
			return "(" + strings.Join(types, ", ") + ")"
		}
		name, err := parameter(r.name)
		if err != nil {
			return "(" + strings.Join(types, ", ") + ")"
		}
		list.add(name, types[i])
	}
	return "(" + list.String() + ")"
}

// parameterList writes "self, other *torch.Tensor, dim int".
type parameterList struct{ names, types []string }

func (l *parameterList) add(name, goType string) {
	l.names = append(l.names, name)
	l.types = append(l.types, goType)
}

func (l *parameterList) String() string {
	var b strings.Builder
	for i, name := range l.names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name)
		if i+1 == len(l.names) || l.types[i+1] != l.types[i] {
			b.WriteString(" " + l.types[i])
		}
	}
	return b.String()
}

// names lists arguments for the operator's table: "input weight bias?", where the
// mark says that nil may be given.
func names(args []argument, marked bool) string {
	var list []string
	for _, a := range args {
		s := strings.Join(a.names, "|")
		if marked && a.may {
			s += "?"
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

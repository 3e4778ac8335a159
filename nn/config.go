package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"multitorch/torch"
)

// The modules of a family (convolutions, pools, losses, …) share one configuration, a
// struct whose fields are PyTorch's keyword arguments. An option is one of them: a value
// of a type of its own, which writes itself into the configurations that have it. One
// that a whole family does not know does not compile; one that only a sibling knows is
// an error when the module is made. The configuration itself is an option too: it makes
// another module of the same settings.

// configure writes options into c, which holds the module's defaults. takes are the
// module's keywords, as its page in PyTorch has them.
func configure[C, O any](module, takes string, c C, opts []O, write func(O, *C)) C {
	keywords, defaults := strings.Fields(takes), c
	for i, o := range opts {
		if any(o) == nil {
			panic(invalid(module, "option %d is nil", i))
		}
		if whole, ok := any(o).(C); ok {
			checkFields(module, keywords, defaults, whole)
		} else if k := keyword(o); !slices.Contains(keywords, k) {
			panic(unknownKeyword(module, k, keywords))
		}
		write(o, &c)
	}
	return c
}

// checkFields checks that a configuration leaves alone what the module does not take.
func checkFields(module string, keywords []string, defaults, given any) {
	d, g := reflect.ValueOf(defaults), reflect.ValueOf(given)
	for i := range d.NumField() {
		f := d.Type().Field(i)
		k := keywordName(f.Name)
		if f.IsExported() && !slices.Contains(keywords, k) && !reflect.DeepEqual(d.Field(i).Interface(), g.Field(i).Interface()) {
			panic(unknownKeyword(module, k, keywords))
		}
	}
}

func unknownKeyword(module, keyword string, keywords []string) *torch.Error {
	e := invalid(module, "no keyword argument %s; it takes %s", keyword, strings.Join(keywords, ", "))
	if len(keywords) == 0 {
		e = invalid(module, "no keyword argument %s; it takes none", keyword)
	}
	e.Kind = torch.TypeError
	return e
}

// keyword is the name of an option in PyTorch: its type's.
func keyword(option any) string {
	t := reflect.TypeOf(option)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return keywordName(strings.TrimSuffix(t.Name(), "Option"))
}

// keywordName is the keyword of a Go name. A padding word is Python's padding too.
func keywordName(name string) string {
	return strings.Replace(snakeCase(strings.TrimSuffix(name, "Word")), "d_type", "dtype", 1)
}

// pySettings is a configuration as keyword arguments in Python: "stride=2, bias=True".
func pySettings(config any) string {
	v := reflect.ValueOf(config)
	var settings []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.IsExported() && !isNil(v.Field(i)) {
			settings = append(settings, snakeCase(f.Name)+"="+pyValue(v.Field(i)))
		}
	}
	return strings.Join(settings, ", ")
}

func pyValue(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case Size:
		return x.String()
	case Module:
		return Describe(x)
	case *torch.Tensor:
		return "tensor(" + pyList(x.Shape()) + ")"
	}
	switch v.Kind() {
	case reflect.Pointer:
		return pyValue(v.Elem())
	case reflect.Bool:
		return pyBool(v.Bool())
	case reflect.Float64:
		return pyFloat(v.Float())
	case reflect.String:
		return "'" + v.String() + "'"
	}
	return fmt.Sprint(v.Interface())
}

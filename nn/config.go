package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

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
	defaults := c
	for i, o := range opts {
		if any(o) == nil {
			panic(invalid(module, "option %d is nil", i))
		}
		if whole, ok := any(o).(C); ok {
			checkFields(module, takes, defaults, whole)
		} else if k := keyword(o); !isKeyword(takes, k) {
			panic(unknownKeyword(module, k, takes))
		}
		write(o, &c)
	}
	return c
}

// checkFields checks that a configuration leaves alone what the module does not take.
func checkFields(module, takes string, defaults, given any) {
	d, g := reflect.ValueOf(defaults), reflect.ValueOf(given)
	for i := range d.NumField() {
		f := d.Type().Field(i)
		k := keywordName(f.Name)
		if f.IsExported() && !isKeyword(takes, k) && !reflect.DeepEqual(d.Field(i).Interface(), g.Field(i).Interface()) {
			panic(unknownKeyword(module, k, takes))
		}
	}
}

// isKeyword reports whether a keyword is among those that a module takes.
func isKeyword(takes, keyword string) bool {
	for k := range strings.FieldsSeq(takes) {
		if k == keyword {
			return true
		}
	}
	return false
}

func unknownKeyword(module, keyword, takes string) *torch.Error {
	e := invalid(module, "no keyword argument %s; it takes %s", keyword, strings.Join(strings.Fields(takes), ", "))
	if takes == "" {
		e = invalid(module, "no keyword argument %s; it takes none", keyword)
	}
	e.Kind = torch.TypeError
	return e
}

// keyword is the name of an option in PyTorch: its type's.
func keyword(option any) string {
	t := reflect.TypeOf(option)
	if k, known := keywordNames.Load(t); known {
		return k.(string)
	}
	named := t
	if t.Kind() == reflect.Pointer {
		named = t.Elem()
	}
	k := keywordName(strings.TrimSuffix(named.Name(), "Option"))
	keywordNames.Store(t, k)
	return k
}

var keywordNames sync.Map // reflect.Type -> string: functional makes modules at each call

// keywordName is the keyword of a Go name. A padding word is Python's padding too.
func keywordName(name string) string {
	return strings.Replace(snakeCase(strings.TrimSuffix(name, "Word")), "d_type", "dtype", 1)
}

// pySettings is a configuration as keyword arguments in Python: "stride=2, bias=True". Where some
// are named, those and the ones that are not 0 are all.
func pySettings(config any, always ...string) string {
	v := reflect.ValueOf(config)
	var settings []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		left := len(always) > 0 && v.Field(i).IsZero() && !slices.Contains(always, f.Name)
		if f.IsExported() && !isNil(v.Field(i)) && !left {
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

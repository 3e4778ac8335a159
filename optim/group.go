package optim

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"multitorch/torch"
)

// keptForSchedulers are numbers that schedulers keep in a group, as PyTorch's do, and that are saved with it.
var keptForSchedulers = []string{"max_lr", "min_lr", "max_momentum", "base_momentum", "swa_lr"}

// Get is a setting by PyTorch's name, as group["momentum"] is in Python: "lr", "initial_lr", one of the optimizer's own, or
// what a scheduler keeps there. It is nil where there is none of that name.
func (g *Group) Get(name string) any {
	switch name {
	case "lr":
		return g.LR
	case "initial_lr":
		if g.InitialLR == 0 {
			return nil
		}
		return g.InitialLR
	}
	if f := g.field(name); f.IsValid() {
		return f.Interface()
	}
	if v, is := g.scheduled[name]; is {
		return v
	}
	return nil
}

// Set changes a setting by PyTorch's name. An unknown one, and a value of another type than the setting's, is a panic with a
// [*torch.Error].
func (g *Group) Set(name string, value any) {
	f := g.field(name)
	number, isNumber := value.(float64)
	switch {
	case f.IsValid() && reflect.TypeOf(value) == f.Type():
		f.Set(reflect.ValueOf(value))
	case isNumber && name == "lr":
		g.LR = number
	case isNumber && name == "initial_lr":
		g.InitialLR = number
	case isNumber && slices.Contains(keptForSchedulers, name):
		if g.scheduled = maps.Clone(g.scheduled); g.scheduled == nil {
			g.scheduled = map[string]float64{}
		}
		g.scheduled[name] = number
	case name == "lr" || name == "initial_lr" || slices.Contains(keptForSchedulers, name):
		panic(&torch.Error{Op: "optim.Group.Set", Kind: torch.TypeError, Message: fmt.Sprintf("%s is a float64, but got a %T", name, value)})
	case f.IsValid():
		panic(&torch.Error{Op: "optim.Group.Set", Kind: torch.TypeError, Message: fmt.Sprintf(
			"%s is a %v, but got a %T", name, f.Type(), value)})
	default:
		panic(&torch.Error{Op: "optim.Group.Set", Kind: torch.ValueError, Message: fmt.Sprintf(
			"there is no setting %.60q of a %T", name, g.Settings)})
	}
}

// field is a setting of the optimizer's own.
func (g *Group) field(name string) reflect.Value {
	v := reflect.ValueOf(g.Settings)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return reflect.Value{}
	}
	for i := range v.Elem().NumField() {
		if v.Elem().Type().Field(i).Tag.Get("json") == name {
			return v.Elem().Field(i)
		}
	}
	return reflect.Value{}
}

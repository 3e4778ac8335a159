package hooks

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer/tensorboard"
)

// ModuleGraph is a model's modules as a graph for [tensorboard.Writer.Graph]: a module is a box in its parent's, and one without
// children is what it does, with its parameters.
//
// forward runs the model once, in evaluation mode, and leaves mode and random numbers as they are; it draws the lines. A line goes
// from the module that returned a tensor to the one that takes it. What lies between two modules, an addition in a Forward, say, is
// seen by no hook: a module that takes its result gets a line from each module before it whose own result nobody has taken yet.
// Without forward there are no lines.
func ModuleGraph(model nn.Module, forward func()) []tensorboard.Node {
	g := grapher{node: map[string]int{}, from: map[*torch.Tensor]string{}}
	type leaf struct {
		nn.Module
		name string
	}
	var leaves []leaf
	modules := nn.NamedModules(model)
	parameters := map[string][]nn.NamedParameter{} // by their module's name
	for _, p := range nn.NamedParameters(model) {
		module, name := "", p.Name
		if i := strings.LastIndexByte(p.Name, '.'); i >= 0 {
			module, name = p.Name[:i], p.Name[i+1:]
		}
		p.Name = name
		parameters[module] = append(parameters[module], p)
	}
	for i, m := range modules {
		path := ""
		if m.Name != "" {
			path = strings.ReplaceAll(m.Name, ".", "/") + "/"
		}
		var inputs []string
		for _, p := range parameters[m.Name] {
			n := tensorboard.Node{Name: path + p.Name, Op: "Parameter", Shape: p.Shape()}
			g.nodes = append(g.nodes, n)
			inputs = append(inputs, n.Name)
		}
		parent := slices.ContainsFunc(modules[i+1:], func(o nn.NamedModule) bool {
			return m.Name == "" || strings.HasPrefix(o.Name, m.Name+".")
		})
		if parent && len(inputs) == 0 {
			continue // a box
		}
		name := path + typeName(m.Module)
		g.node[name] = len(g.nodes)
		g.nodes = append(g.nodes, tensorboard.Node{Name: name, Op: typeName(m.Module), Inputs: inputs, Text: text(m.Module)})
		if !parent {
			leaves = append(leaves, leaf{m.Module, name})
		}
	}
	if forward == nil {
		return g.nodes
	}
	var modes []func()
	for _, l := range leaves {
		hook := nn.RegisterForwardHook(l.Module, func(_ nn.Module, in, out []*torch.Tensor) []*torch.Tensor {
			g.ran(l.name, in, out)
			return nil
		})
		defer hook.Remove()
	}
	for _, m := range modules { // each before its children
		mode := nn.Eval
		if t, ok := m.Module.(interface{ Training() bool }); ok && t.Training() {
			mode = nn.Train
		}
		modes = append(modes, func() { mode(m.Module) })
	}
	nn.Eval(model)
	torch.ForkRNG(func() { torch.Step(forward) })
	for _, back := range modes {
		back()
	}
	return g.nodes
}

type grapher struct {
	nodes []tensorboard.Node
	node  map[string]int           // by its name
	from  map[*torch.Tensor]string // who returned it
	open  []string                 // whose result nobody has taken
}

// ran draws the lines to a module.
func (g *grapher) ran(name string, in, out []*torch.Tensor) {
	n := &g.nodes[g.node[name]]
	link := func(from string) {
		if from != name && !slices.Contains(n.Inputs, from) {
			n.Inputs = append(n.Inputs, from)
		}
		g.open = slices.DeleteFunc(g.open, func(o string) bool { return o == from })
	}
	for _, x := range in {
		switch from, known := g.from[x]; {
		case x == nil:
		case known:
			link(from)
		case x.GradFn() != "":
			for _, from := range slices.Clone(g.open) {
				link(from)
			}
		default:
			input := fmt.Sprintf("input_%s", strings.Trim(fmt.Sprint(x.Shape()), "[]"))
			input = strings.Map(func(r rune) rune {
				if r == ' ' || r == ',' {
					return '_'
				}
				return r
			}, input)
			if _, there := g.node[input]; !there {
				g.node[input] = len(g.nodes)
				g.nodes = append(g.nodes, tensorboard.Node{Name: input, Op: "input", Shape: x.Shape()})
				n = &g.nodes[g.node[name]]
			}
			link(input)
		}
	}
	for _, y := range out {
		if y != nil {
			g.from[y] = name
			if n.Shape == nil {
				n.Shape = y.Shape()
			}
		}
	}
	g.open = append(g.open, name)
}

func typeName(m nn.Module) string {
	if named, ok := m.(interface{ PythonName() string }); ok {
		return named.PythonName()
	}
	t := reflect.TypeOf(m)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	return name
}

// text is how the module prints itself, in one line.
func text(m nn.Module) string {
	line, more, _ := strings.Cut(nn.Describe(m), "\n")
	if more != "" {
		return ""
	}
	return line
}

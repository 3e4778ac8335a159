package nn

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"multitorch/torch"
)

// Summary is a table of a model's modules: what each returns, its own parameters, how many of them
// are trained, and the memory of parameters and buffers. forward runs the model, once, in evaluation
// mode and without gradients, and leaves mode and random numbers as they are; without it, shapes are
// not known.
//
//	fmt.Println(nn.Summary(model, func() { model.Forward(torch.Zeros(torch.Shape{1, 3, 32, 32})) }))
//
// Shapes are seen by hooks (see [Through]); behind one is how often the module ran, if more than once.
// What sits in several places counts once.
func Summary(m Module, forward func()) string {
	modules := NamedModules(m)
	shapes := shapesOf(modules, forward)
	t := textTable{rows: [][]string{{"layer", "output shape", "parameters", "trainable", "MiB"}}}
	seen := map[*torch.Tensor]bool{}
	var total weight
	for _, n := range modules {
		w := weightOf(n.Module, seen)
		total.add(w)
		name := typeName(n.Module)
		if n.Name != "" {
			name = n.Name + " (" + name + ")"
		}
		t.rows = append(t.rows, append([]string{name, shapes[n.mustEmbedNNBase()]}, w.columns()...))
	}
	t.rows = append(t.rows, append([]string{"total", ""}, total.columns()...))
	return t.String()
}

// shapesOf runs the model, and notes what each module returned.
func shapesOf(modules []NamedModule, forward func()) map[*Base]string {
	shapes, calls := map[*Base]string{}, map[*Base]int{}
	if forward == nil {
		return shapes
	}
	for _, n := range modules {
		b := n.mustEmbedNNBase()
		hook := RegisterForwardHook(n.Module, func(_ Module, _, ys []*torch.Tensor) []*torch.Tensor {
			var words []string
			for _, y := range ys {
				if y != nil {
					words = append(words, pyList(y.Shape()))
				}
			}
			shapes[b] = strings.Join(words, ", ")
			calls[b]++
			return nil
		})
		defer hook.Remove()
		if !b.evaluating.Swap(true) {
			defer b.evaluating.Store(false)
		}
	}
	torch.ForkRNG(func() {
		torch.NoGrad(func() { torch.Step(forward) })
	})
	for b, n := range calls {
		if n > 1 {
			shapes[b] += fmt.Sprintf(" ×%d", n)
		}
	}
	return shapes
}

// weight is what parameters and buffers amount to.
type weight struct{ parameters, trainable, bytes int }

func (w *weight) add(o weight) {
	w.parameters, w.trainable, w.bytes = w.parameters+o.parameters, w.trainable+o.trainable, w.bytes+o.bytes
}

// weightOf is a module's own, without what was seen before.
func weightOf(m Module, seen map[*torch.Tensor]bool) (w weight) {
	members, _ := members(m)
	for _, member := range members {
		switch v := member.Value.(type) {
		case *Parameter:
			if seen[v.Tensor] {
				continue
			}
			seen[v.Tensor] = true
			w.add(weight{v.Numel(), 0, v.Numel() * v.DType().Size()})
			if v.RequiresGrad() {
				w.trainable += v.Numel()
			}
		case *Buffer:
			if !seen[v.Tensor] {
				seen[v.Tensor] = true
				w.bytes += v.Numel() * v.DType().Size()
			}
		}
	}
	return w
}

func (w weight) columns() []string {
	if w == (weight{}) {
		return []string{"-", "-", "-"}
	}
	return []string{grouped(w.parameters), grouped(w.trainable), strconv.FormatFloat(float64(w.bytes)/(1<<20), 'f', 2, 64)}
}

// grouped is 1,234,567.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// textTable is rows of text, the first their heads and the last their sum. Its first two columns
// begin at the left, the others end at the right.
type textTable struct{ rows [][]string }

func (t textTable) String() string {
	widths := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	line := ""
	for i, w := range widths {
		line += strings.Repeat("─", w)
		if i < len(widths)-1 {
			line += "──"
		}
	}
	var lines []string
	for n, row := range t.rows {
		if n == len(t.rows)-1 {
			lines = append(lines, line)
		}
		var cells []string
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i < 2 {
				cells = append(cells, cell+space)
			} else {
				cells = append(cells, space+cell)
			}
		}
		lines = append(lines, strings.Join(cells, "  "))
		if n == 0 {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

package torch

import (
	"fmt"
	"strings"

	"multitorch/internal/pt"
)

// formatSparse prints the parts of a sparse tensor:
//
//	tensor(indices=tensor([[0, 1],
//	                       [2, 0]]),
//	       values=tensor([3., 4.]),
//	       size=(2, 3), nnz=2, layout=torch.sparse_coo)
func (t *Tensor) formatSparse(o PrintOptions) string {
	layout, parts, err := layoutOf(t)
	if err != nil {
		return "tensor(" + t.describe() + ")"
	}
	defer func() {
		for _, part := range parts {
			part.Free()
		}
	}()
	names := map[pt.Layout][]string{
		pt.COO: {"indices", "values"},
		pt.CSR: {"crow_indices", "col_indices", "values"}, pt.BSR: {"crow_indices", "col_indices", "values"},
		pt.CSC: {"ccol_indices", "row_indices", "values"}, pt.BSC: {"ccol_indices", "row_indices", "values"},
	}[layout]
	lines := make([]string, len(parts))
	for i, part := range parts {
		prefix := names[i] + "=tensor("
		lines[i] = prefix + part.body(o, len(printPrefix)+len(prefix)) + ")"
	}
	values := parts[len(parts)-1]
	stored := values.Size(0) // of COO
	if layout != pt.COO {
		stored = parts[1].Size(-1)
	}
	var suffixes []string
	if d := t.Device(); d.kind() != cpu {
		suffixes = append(suffixes, fmt.Sprintf("device='%s'", d))
	}
	suffixes = append(suffixes, "size="+tuple(t.Shape()), fmt.Sprint("nnz=", stored))
	if d := t.DType(); d != Float32 && d != Int64 && d != Bool && d != Complex64 {
		suffixes = append(suffixes, "dtype=torch."+d.String())
	}
	suffixes = append(suffixes, "layout="+pt.Layouts[layout])
	if fn := t.GradFn(); fn != "" {
		suffixes = append(suffixes, "grad_fn=<"+fn+">")
	} else if t.RequiresGrad() {
		suffixes = append(suffixes, "requires_grad=True")
	}
	indent := strings.Repeat(" ", len(printPrefix))
	text := printPrefix + strings.Join(lines, ",\n"+indent)
	if layout == pt.COO { // whose sizes always begin a line
		text += ",\n" + indent + suffixes[0]
		suffixes = suffixes[1:]
	}
	return withSuffixes(text, suffixes, o.LineWidth)
}

// body is the elements alone, and the size where there are none.
func (t *Tensor) body(o PrintOptions, indent int) string {
	n, shape := t.Numel(), t.Shape()
	if n == 0 {
		return "[], size=" + tuple(shape)
	}
	p := printer{PrintOptions: o, shape: shape, summarise: n > o.Threshold}
	p.read(t)
	return p.block(0, indent)
}

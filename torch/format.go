package torch

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// How tensors are printed: PyTorch's defaults (torch.set_printoptions).
const (
	printPrecision = 4
	printThreshold = 1000 // elements; larger tensors are summarised
	printEdge      = 3    // entries at each end of a summarised dimension
	printWidth     = 80
)

// String prints the tensor as PyTorch does:
//
//	tensor([[1., 2.],
//	        [3., 4.]])
func (t *Tensor) String() string {
	if t == nil {
		return "<nil tensor>"
	}
	if t.freed() {
		return "<freed tensor>"
	}
	var s string
	NoGrad(func() { s = t.format() })
	return s
}

const printPrefix = "tensor("

func (t *Tensor) format() string {
	info, shape := t.info("String"), t.Shape()
	dtype, device := DType(info.DType), t.Device()
	var suffixes []string
	if device.kind != cpu {
		suffixes = append(suffixes, fmt.Sprintf("device='%s'", device))
	}
	var body string
	if info.Numel == 0 {
		body = "[]"
		if len(shape) != 1 {
			suffixes = append(suffixes, "size="+tuple(shape))
		}
		if dtype != Float32 {
			suffixes = append(suffixes, "dtype=torch."+dtype.String())
		}
	} else {
		p := printer{shape: shape, summarise: info.Numel > printThreshold}
		p.read(t)
		body = p.block(0, 0, len(printPrefix))
		if dtype != Float32 && dtype != Int64 && dtype != Bool && dtype != Complex64 {
			suffixes = append(suffixes, "dtype=torch."+dtype.String())
		}
	}
	if fn := t.GradFn(); fn != "" {
		suffixes = append(suffixes, "grad_fn=<"+fn+">")
	} else if info.RequiresGrad != 0 {
		suffixes = append(suffixes, "requires_grad=True")
	}
	return withSuffixes(printPrefix+body, suffixes)
}

func tuple(shape Shape) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = strconv.Itoa(n)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func withSuffixes(s string, suffixes []string) string {
	lastLine := len(s) - strings.LastIndexByte(s, '\n') + 1
	for _, suffix := range suffixes {
		if lastLine+len(suffix)+2 > printWidth {
			s += ",\n" + strings.Repeat(" ", len(printPrefix)) + suffix
			lastLine = len(printPrefix) + len(suffix)
		} else {
			s += ", " + suffix
			lastLine += len(suffix) + 2
		}
	}
	return s + ")"
}

// printer has the elements of a tensor as strings of one width.
type printer struct {
	shape     Shape
	summarise bool
	elements  []string // row-major; where summarised, only the shown ones are set
	width     int
}

func (p *printer) read(t *Tensor) {
	// Converted on the CPU, so that printing adds no new kinds of copy.
	wide := t.Detach()
	defer wide.tryFree()
	var shown []int // positions
	p.positions(0, 0, &shown)
	dtype := wide.DType()
	var texts []string
	switch {
	case dtype == Bool:
		for _, v := range pick(ToSlice[bool](wide), shown) {
			texts = append(texts, map[bool]string{true: "True", false: "False"}[v])
		}
	case dtype.IsComplex():
		c := wide.To(Complex128)
		texts = formatComplex(pick(ToSlice[complex128](c), shown))
		if c != wide {
			c.tryFree()
		}
	case dtype.IsFloatingPoint():
		f := wide.To(Float64)
		texts = formatFloats(pick(ToSlice[float64](f), shown))
		if f != wide {
			f.tryFree()
		}
	default:
		i := wide.To(Int64)
		for _, v := range pick(ToSlice[int64](i), shown) {
			texts = append(texts, strconv.FormatInt(v, 10))
		}
		if i != wide {
			i.tryFree()
		}
	}
	n := 1
	for _, s := range p.shape {
		n *= s
	}
	p.elements = make([]string, n)
	for i, at := range shown {
		p.elements[at] = texts[i]
		p.width = max(p.width, len(texts[i]))
	}
}

func pick[T any](all []T, at []int) []T {
	out := make([]T, len(at))
	for i, a := range at {
		out[i] = all[a]
	}
	return out
}

// entries are the indices of a dimension that are shown; -1 stands for "...".
func (p *printer) entries(dim int) []int {
	n := p.shape[dim]
	var es []int
	for i := range n {
		if p.summarise && n > 2*printEdge && i >= printEdge && i < n-printEdge {
			if i == printEdge {
				es = append(es, -1)
			}
			continue
		}
		es = append(es, i)
	}
	return es
}

func (p *printer) positions(dim, offset int, out *[]int) {
	if dim == len(p.shape) {
		*out = append(*out, offset)
		return
	}
	for _, i := range p.entries(dim) {
		if i >= 0 {
			p.positions(dim+1, offset*p.shape[dim]+i, out)
		}
	}
}

// block prints the dimensions from dim on.
func (p *printer) block(dim, offset, indent int) string {
	if dim == len(p.shape) {
		return p.elements[offset]
	}
	var parts []string
	for _, i := range p.entries(dim) {
		switch {
		case i >= 0 && dim == len(p.shape)-1:
			e := p.elements[offset*p.shape[dim]+i]
			parts = append(parts, strings.Repeat(" ", p.width-len(e))+e)
		case i >= 0:
			parts = append(parts, p.block(dim+1, offset*p.shape[dim]+i, indent+1))
		case dim == len(p.shape)-1:
			parts = append(parts, " ...")
		default:
			parts = append(parts, "...")
		}
	}
	if dim < len(p.shape)-1 {
		between := "," + strings.Repeat("\n", len(p.shape)-dim-1) + strings.Repeat(" ", indent+1)
		return "[" + strings.Join(parts, between) + "]"
	}
	perLine := max(1, (printWidth-indent)/(p.width+2))
	var lines []string
	for len(parts) > 0 {
		n := min(perLine, len(parts))
		lines = append(lines, strings.Join(parts[:n], ", "))
		parts = parts[n:]
	}
	return "[" + strings.Join(lines, ",\n"+strings.Repeat(" ", indent+1)) + "]"
}

// formatFloats prints numbers in one style, chosen by all of them: whole ones
// with a point ("1."), others with four digits, far-apart ones in scientific
// notation.
func formatFloats(vs []float64) []string {
	style := floatStyle(vs)
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = style(v)
	}
	return out
}

func floatStyle(vs []float64) func(float64) string {
	low, high, whole := math.Inf(1), 0.0, true
	for _, v := range vs {
		if a := math.Abs(v); v != 0 && !math.IsInf(v, 0) && !math.IsNaN(v) {
			low, high = math.Min(low, a), math.Max(high, a)
			whole = whole && v == math.Ceil(v)
		}
	}
	scientific := high > 0 && (high/low > 1000 || high > 1e8 || !whole && low < 1e-4)
	return func(v float64) string {
		switch {
		case math.IsNaN(v):
			return "nan"
		case math.IsInf(v, 1):
			return "inf"
		case math.IsInf(v, -1):
			return "-inf"
		case scientific:
			return strconv.FormatFloat(v, 'e', printPrecision, 64)
		case whole:
			return strconv.FormatFloat(v, 'f', 0, 64) + "."
		}
		return strconv.FormatFloat(v, 'f', printPrecision, 64)
	}
}

func formatComplex(vs []complex128) []string {
	var res, ims []float64
	for _, v := range vs {
		res, ims = append(res, real(v)), append(ims, imag(v))
	}
	re, im := floatStyle(res), floatStyle(ims)
	out := make([]string, len(vs))
	for i, v := range vs {
		sign := "+"
		if imag(v) < 0 || math.Signbit(imag(v)) {
			sign = ""
		}
		out[i] = re(real(v)) + sign + im(imag(v)) + "j"
	}
	return out
}

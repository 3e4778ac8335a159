package torch

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// String prints the tensor as PyTorch does:
//
//	tensor([[1., 2.],
//	        [3., 4.]])
func (t *Tensor) String() string { return t.text(currentPrintOptions()) }

// Format prints the tensor for package fmt: %v and %s as [Tensor.String] does,
// with a number of digits after the point where one is given (%.2v); %+v adds
// shape and strides; %#v is the kind of tensor alone, "float32[2, 3]".
func (t *Tensor) Format(f fmt.State, verb rune) {
	o := currentPrintOptions()
	if p, ok := f.Precision(); ok {
		o.Precision = p
	}
	s := ""
	switch {
	case verb == 'v' && f.Flag('#'):
		s = t.describe()
	case verb != 'v' && verb != 's':
		s = fmt.Sprintf("%%!%c(torch.Tensor=%s)", verb, t.describe())
	default:
		s = t.text(o)
		if f.Flag('+') && t != nil && !t.freed() {
			s += fmt.Sprintf(" shape=%s stride=%s", tuple(t.Shape()), tuple(t.Strides()))
		}
	}
	fmt.Fprint(f, s)
}

func (t *Tensor) text(o PrintOptions) string {
	if t == nil {
		return "<nil tensor>"
	}
	if t.handle == 0 {
		return "<zero tensor>"
	}
	if t.freed() {
		return "<freed tensor>"
	}
	var s string
	NoGrad(func() { s = t.format(o) })
	return s
}

const printPrefix = "tensor("

func (t *Tensor) format(o PrintOptions) string {
	if t.IsQuantized() {
		return t.formatQuantized(o)
	}
	info, shape := t.info("String"), t.Shape()
	if info.HasStorage == 0 {
		return t.formatSparse(o)
	}
	dtype, device := DType(info.DType), t.Device()
	var suffixes []string
	if device.kind() != cpu {
		suffixes = append(suffixes, fmt.Sprintf("device='%s'", device))
	}
	body := "[]"
	if info.Numel == 0 {
		if len(shape) != 1 {
			suffixes = append(suffixes, "size="+tuple(shape))
		}
		if dtype != Float32 {
			suffixes = append(suffixes, "dtype=torch."+dtype.String())
		}
	} else {
		p := printer{PrintOptions: o, shape: shape, summarise: info.Numel > int64(o.Threshold)}
		p.read(t)
		body = p.block(0, len(printPrefix))
		if dtype != Float32 && dtype != Int64 && dtype != Bool && dtype != Complex64 {
			suffixes = append(suffixes, "dtype=torch."+dtype.String())
		}
	}
	if fn := t.GradFn(); fn != "" {
		suffixes = append(suffixes, "grad_fn=<"+fn+">")
	} else if info.RequiresGrad != 0 {
		suffixes = append(suffixes, "requires_grad=True")
	}
	return withSuffixes(printPrefix+body, suffixes, o.LineWidth)
}

// tuple is Python's: (), (3,), (2, 3).
func tuple(shape Shape) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = strconv.Itoa(n)
	}
	s := strings.Join(parts, ", ")
	if len(shape) == 1 {
		s += ","
	}
	return "(" + s + ")"
}

func withSuffixes(s string, suffixes []string, width int) string {
	lastLine := len(s) - strings.LastIndexByte(s, '\n') + 1
	for _, suffix := range suffixes {
		if lastLine+len(suffix)+2 > width {
			s += ",\n" + strings.Repeat(" ", len(printPrefix)) + suffix
			lastLine = len(printPrefix) + len(suffix)
		} else {
			s += ", " + suffix
			lastLine += len(suffix) + 2
		}
	}
	return s + ")"
}

// printer has the elements of a tensor as strings.
type printer struct {
	PrintOptions
	shape     Shape
	summarise bool
	texts     []string // of the elements that are shown, row by row
	width     int      // of one of them, as lines are broken by it
}

func (p *printer) cut(n int) bool { return p.summarise && n > 2*p.EdgeItems }

// read brings what is shown to the CPU, and prints each element.
func (p *printer) read(t *Tensor) {
	var made []*Tensor
	own := func(y *Tensor) *Tensor {
		made = append(made, y)
		return y
	}
	defer func() {
		for _, y := range made {
			y.tryFree()
		}
	}()
	shown := own(t.Detach())
	if wide, narrow := printable[shown.DType()]; narrow {
		shown = own(shown.To(wide)) // before it is taken apart, for which few operators know these
	}
	for dim, n := range p.shape {
		if p.cut(n) {
			first, last := own(shown.Slice(dim, 0, p.EdgeItems, 1)), own(shown.Slice(dim, n-p.EdgeItems, n, 1))
			shown = own(Cat([]*Tensor{first, last}, dim))
		}
	}
	switch dtype := shown.DType(); {
	case dtype == Bool:
		p.words(own(shown.Long()), func(v int64) string { return map[bool]string{true: "True", false: "False"}[v != 0] })
	case dtype.IsComplex():
		p.complexes(ToSlice[complex128](own(own(shown.To(CPU)).To(Complex128))))
	case dtype.IsFloatingPoint():
		f := newFloatFormat(ToSlice[float64](own(own(shown.To(CPU)).To(Float64))), p.Precision)
		p.texts, p.width = f.padded(), f.width
	case t.DType() == Uint64:
		p.words(shown, func(v int64) string { return strconv.FormatUint(uint64(v), 10) })
	default:
		p.words(own(shown.Long()), func(v int64) string { return strconv.FormatInt(v, 10) })
	}
}

// printable are the types as which rare ones are printed.
var printable = map[DType]DType{
	Complex32: Complex64, BComplex32: Complex64, Uint16: Int64, Uint32: Int64, Uint64: Int64, Float8E5M2: Float32, Float8E4M3FN: Float32,
	Float8E5M2FNUZ: Float32, Float8E4M3FNUZ: Float32, Float8E8M0FNU: Float32,
}

// words prints integers and truth values, all of one width.
func (p *printer) words(t *Tensor, text func(int64) string) {
	for _, v := range ToSlice[int64](t) {
		p.texts = append(p.texts, text(v))
		p.width = max(p.width, len(text(v)))
	}
	for i, s := range p.texts {
		p.texts[i] = strings.Repeat(" ", p.width-len(s)) + s
	}
}

// complexes prints the real parts in one style and the imaginary ones in another,
// which isn't aligned.
func (p *printer) complexes(vs []complex128) {
	var res, ims []float64
	for _, v := range vs {
		res, ims = append(res, real(v)), append(ims, imag(v))
	}
	re, im := newFloatFormat(res, p.Precision), newFloatFormat(ims, p.Precision)
	p.width = re.width + im.width + 1
	imaginary := im.padded()
	for i, r := range re.padded() {
		s := strings.TrimLeft(imaginary[i], " ")
		if s[0] != '-' {
			s = "+" + s
		}
		p.texts = append(p.texts, r+s+"j")
	}
}

// block prints the dimensions from dim on, taking the next texts.
func (p *printer) block(dim, indent int) string {
	if dim == len(p.shape) {
		s := p.texts[0]
		p.texts = p.texts[1:]
		return s
	}
	n, between := p.shape[dim], "..."
	if dim == len(p.shape)-1 {
		between = " ..."
	}
	var parts []string
	if p.cut(n) {
		n = 2 * p.EdgeItems
	}
	for i := range n {
		if n < p.shape[dim] && i == p.EdgeItems {
			parts = append(parts, between)
		}
		parts = append(parts, p.block(dim+1, indent+1))
	}
	if dim < len(p.shape)-1 {
		return "[" + strings.Join(parts, ","+strings.Repeat("\n", len(p.shape)-dim-1)+strings.Repeat(" ", indent+1)) + "]"
	}
	perLine := max(1, int(math.Floor(float64(p.LineWidth-indent)/float64(p.width+2))))
	var lines []string
	for len(parts) > 0 {
		k := min(perLine, len(parts))
		lines = append(lines, strings.Join(parts[:k], ", "))
		parts = parts[k:]
	}
	return "[" + strings.Join(lines, ",\n"+strings.Repeat(" ", indent+1)) + "]"
}

package torch_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"multitorch/torch"
	"multitorch/twin"
)

// Random straight-line programs, each with a weighted loss: their values and the gradients
// of their leaves are Python's, bit for bit.
func TestRandomProgramsAsInPython(t *testing.T) {
	rng, seed, whole := sweep(t)
	n := 150
	if whole {
		n = 2000
	}
	data := make([]float64, 64)
	for i := range data {
		data[i] = rng.NormFloat64()
	}
	programs := make([]*program, n)
	sources := make([]string, n)
	for i := range programs {
		programs[i] = newProgram(rng)
		sources[i] = strings.Join(programs[i].python, "\n")
	}
	inputs := map[string]T{"data": torch.FromSlice(data), "programs": textTensor(strings.Join(sources, "\x00"))}
	want := twin.Run(t, sweepTwin+`
lines = []
for source in text("programs").split("\x00"):
    names = {"data": inputs["data"], "torch": torch, "leaves": []}
    try:
        exec(source, names)
        names["loss"].backward()
        lines.append(line(names["loss"], *(x.grad for x in names["leaves"])))
    except (RuntimeError, IndexError) as e:
        lines.append("error")
send(lines)
`, inputs)
	about, got := make([]string, n), make([]string, n)
	torch.Pinned(func() {
		for i, p := range programs {
			about[i] = fmt.Sprintf("seed %d, program %d:\n%s\n", seed, i, sources[i])
			got[i] = p.run(inputs["data"])
		}
	})
	requireLines(t, want["lines"], about, got)
	failed := 0
	for _, g := range got {
		if g == "error" {
			failed++
		}
	}
	if failed > n/10 {
		t.Fatalf("%d of %d programs end in an error: they try too little", failed, n)
	}
}

// program is Python's source, and Go's steps beside it. Its variables are v0, v1, ….
type program struct {
	rng    *rand.Rand
	python []string
	steps  []func(m *machine)
	vars   int
}

type machine struct {
	data   T
	vars   []T
	leaves []T
	loss   T
}

func newProgram(rng *rand.Rand) *program {
	p := &program{rng: rng}
	for range 2 + rng.IntN(2) {
		p.leaf()
	}
	for range 4 + rng.IntN(14) {
		p.step()
	}
	p.end()
	return p
}

func (p *program) run(data T) string {
	m := &machine{data: data}
	err := torch.Try(func() error {
		for _, s := range p.steps {
			s(m)
		}
		m.loss.Backward()
		return nil
	})
	if err != nil {
		return "error"
	}
	results := []T{m.loss.Detach()}
	for _, x := range m.leaves {
		results = append(results, x.Grad())
	}
	return line(results...)
}

func (p *program) emit(python string, step func(m *machine)) {
	p.python = append(p.python, python)
	p.steps = append(p.steps, step)
}

// set emits a step that makes the next variable.
func (p *program) set(python string, f func(m *machine) T) {
	p.emit(fmt.Sprintf("v%d = %s", p.vars, python), func(m *machine) { m.vars = append(m.vars, f(m)) })
	p.vars++
}

// leaf is of the shape [], [3], [1] or [2, 3].
func (p *program) leaf() {
	shape := [][]int{{}, {}, {3}, {1}, {2, 3}}[p.rng.IntN(5)]
	dtype := []torch.DType{torch.Float32, torch.Float32, torch.Float64, torch.BFloat16}[p.rng.IntN(4)]
	n := 1
	for _, s := range shape {
		n *= s
	}
	at := p.rng.IntN(58)
	text := strings.ReplaceAll(fmt.Sprint(shape), " ", ", ")
	p.set(fmt.Sprintf("data[%d:%d].reshape(%s).to(torch.%s).requires_grad_(); leaves.append(v%d)", at, at+n, text, dtype, p.vars),
		func(m *machine) T {
			x := m.data.Slice(0, at, at+n, 1).Reshape(shape...).To(dtype).SetRequiresGrad(true)
			m.leaves = append(m.leaves, x)
			return x
		})
}

func (p *program) pick() int {
	if p.rng.IntN(2) == 0 { // mostly one of the last, or else the programs are wide and flat
		return p.vars - 1 - p.rng.IntN(min(p.vars, 2))
	}
	return p.rng.IntN(p.vars)
}

// number is a literal.
func (p *program) number() (string, any) {
	switch p.rng.IntN(4) {
	case 0:
		n := p.rng.IntN(5) + 1
		return strconv.Itoa(n), n
	case 1:
		n := []float64{0.3, 0.7, 0.1, 1.5, 2}[p.rng.IntN(5)]
		s := strconv.FormatFloat(n, 'g', -1, 64)
		if n == 2 {
			s = "2.0"
		}
		return s, n
	default:
		n := p.rng.Float64() + 0.25
		return strconv.FormatFloat(n, 'g', -1, 64), n
	}
}

var unaryOps = []struct {
	python string
	do     func(x T) T
}{
	{"%s.exp().clamp(0, 50)", func(x T) T { return x.Exp().Clamp(0, 50) }},
	{"%s.tanh()", T.Tanh},
	{"%s.sin()", T.Sin},
	{"%s.cos()", T.Cos},
	{"%s.sigmoid()", T.Sigmoid},
	{"(%s.abs() + 0.1).sqrt()", func(x T) T { return x.Abs().Add(0.1).Sqrt() }},
	{"(%s.abs() + 0.5).log()", func(x T) T { return x.Abs().Add(0.5).Log() }},
	{"(%s.square() + 1).rsqrt()", func(x T) T { return x.Square().Add(1).Rsqrt() }},
	{"-%s", T.Neg},
	{"%s.relu()", T.ReLU},
	{"%s.sum()", func(x T) T { return x.Sum() }},
	{"%s.mean()", func(x T) T { return x.Mean() }},
	{"%s.sum(-1, keepdim=True)", func(x T) T { return x.Sum(-1, torch.KeepDim) }},
	{"%s.softmax(-1)", func(x T) T { return x.Softmax(-1) }},
	{"%s.cumsum(-1)", func(x T) T { return x.Cumsum(-1) }},
	{"%s.max()", T.Max},
	{"%s[..., 0]", func(x T) T { return x.Index(torch.Ellipsis, 0) }},
	{"%s.unsqueeze(0)", func(x T) T { return x.Unsqueeze(0) }},
	{"%s.reshape(-1)", func(x T) T { return x.Reshape(-1) }},
	{"%s.float()", T.Float},
	{"%s.double()", T.Double},
	{"(%s / %[1]s.detach().abs().max().clamp(min=1))", func(x T) T { return x.Div(x.Detach().Abs().Max().Clamp(1, nil)) }},
}

var binaryPrograms = []struct {
	python string
	do     func(x, y T) T
}{
	{"%s + %s", func(x, y T) T { return x.Add(y) }},
	{"%s - %s", func(x, y T) T { return x.Sub(y) }},
	{"%s * %s", func(x, y T) T { return x.Mul(y) }},
	{"%s / (%s.abs() + 0.3)", func(x, y T) T { return x.Div(y.Abs().Add(0.3)) }},
	{"torch.maximum(%s, %s)", T.Maximum},
	{"torch.where(%s > 0, %[1]s, %s)", func(x, y T) T { return torch.Where(x.Gt(0), x, y) }},
	{"torch.add(%s, %s, alpha=0.7)", func(x, y T) T { return x.AddScaled(y, 0.7) }},
}

var numberPrograms = []numberOp{
	{"x + v", T.Add},
	{"x - v", T.Sub},
	{"x * v", T.Mul},
	{"x / v", T.Div},
	{"v - x", T.RSub},
	{"v / (x.abs() + 0.2)", func(x T, v any) T { return x.Abs().Add(0.2).RDiv(v) }},
	{"(x.abs() + 0.1) ** v", func(x T, v any) T { return x.Abs().Add(0.1).Pow(v) }},
	{"v ** x.tanh()", func(x T, v any) T { return x.Tanh().RPow(v) }},
	{"x %% v", T.Remainder},
	{"x.fmod(v)", T.Fmod},
	{"torch.where(x < v, x, v)", func(x T, v any) T { return torch.Where(x.Lt(v), x, v) }},
	{"x.clamp(max=v)", func(x T, v any) T { return x.Clamp(nil, v) }},
	{"x.masked_fill(x > v, v)", func(x T, v any) T { return x.MaskedFill(x.Gt(v), v) }},
	{"(x * 1).mul_(v)", func(x T, v any) T { return x.Mul(1).MulInplace(v) }},
	{"(x * 1).div_(v)", func(x T, v any) T { return x.Mul(1).DivInplace(v) }},
	{"(x * 1).add_(v)", func(x T, v any) T { return x.Mul(1).AddInplace(v) }},
	{"(x * 1).sub_(v)", func(x T, v any) T { return x.Mul(1).SubInplace(v) }},
	{"torch.xlogy(x, v)", T.Xlogy},
	{"x.copysign(v)", T.Copysign},
	{"x.lerp(x * 2, v)", func(x T, v any) T { return x.Lerp(x.Mul(2), v) }},
}

func (p *program) step() {
	i := p.pick()
	a := fmt.Sprintf("v%d", i)
	switch p.rng.IntN(5) {
	case 0:
		op := unaryOps[p.rng.IntN(len(unaryOps))]
		p.set(fmt.Sprintf(op.python, a), func(m *machine) T { return op.do(m.vars[i]) })
	case 1:
		op, j := binaryPrograms[p.rng.IntN(len(binaryPrograms))], p.pick()
		p.set(fmt.Sprintf(op.python, a, fmt.Sprintf("v%d", j)), func(m *machine) T { return op.do(m.vars[i], m.vars[j]) })
	default:
		op := numberPrograms[p.rng.IntN(len(numberPrograms))]
		text, v := p.number()
		p.set(fmt.Sprintf("(lambda x, v: "+op.python+")(%s, %s)", a, text), func(m *machine) T { return op.do(m.vars[i], v) })
	}
}

// end is the loss: several variables, each with a weight.
func (p *program) end() {
	python, terms := "", []func(m *machine) T{}
	for k := range 2 + p.rng.IntN(3) {
		i, w := p.vars-1-k, p.rng.Float64()*2-1
		if i < 0 {
			break
		}
		if k > 0 {
			python += " + "
		}
		python += fmt.Sprintf("%s * v%d.mean()", strconv.FormatFloat(w, 'g', -1, 64), i)
		terms = append(terms, func(m *machine) T { return m.vars[i].Mean().Mul(w) })
	}
	n := len(terms)
	p.emit(fmt.Sprintf("loss = (%s) / %d", python, n), func(m *machine) {
		sum := terms[0](m)
		for _, f := range terms[1:] {
			sum = sum.Add(f(m))
		}
		m.loss = sum.Div(n)
	})
}

package optim

import "multitorch/torch"

// List is a tensor for each parameter of a batch, computed with as one. What is said of a tensor in a paper is said of a
// list here; names that end in Inplace change the list itself, and return it. Numbers are one float64, or a []float64
// with one for each parameter.
type List struct {
	batch   *Batch
	tensors []*torch.Tensor
}

// Tensors are the list's tensors, in the order of the batch's parameters.
func (l List) Tensors() []*torch.Tensor { return l.tensors }

// IsComplex reports whether the tensors are complex.
func (l List) IsComplex() bool { return l.tensors[0].DType().IsComplex() }

// Real views complex tensors as real ones with one dimension more, and leaves real ones.
func (l List) Real() List {
	if !l.IsComplex() {
		return l
	}
	return List{l.batch, l.batch.asReal(l.tensors)}
}

// Abs is the absolute value.
func (l List) Abs() List { return l.batch.get(abs, l.tensors) }

// Sign is 1, 0 or -1.
func (l List) Sign() List { return l.batch.get(sign, l.tensors) }

// Clone is a copy.
func (l List) Clone() List { return l.batch.get(clone, l.tensors) }

// Sub is l - other.
func (l List) Sub(other List) List { return l.batch.get(sub, l.tensors, other.tensors, 1) }

// Mul is l * other.
func (l List) Mul(other List) List { return l.batch.get(mul, l.tensors, other.tensors) }

// AddNumber is l + number.
func (l List) AddNumber(number float64) List { return l.batch.getBy(addNumberNew, l.tensors, number) }

// MulNumber is l * number.
func (l List) MulNumber(number float64) List { return l.batch.getBy(mulNumberNew, l.tensors, number) }

// DivNumber is l / number.
func (l List) DivNumber(number float64) List { return l.batch.getBy(divNumberNew, l.tensors, number) }

// Neg is -l.
func (l List) Neg() List { return l.batch.get(neg, l.tensors) }

// Sqrt is the root.
func (l List) Sqrt() List { return l.batch.get(sqrt, l.tensors) }

// Add is l + alpha*other.
func (l List) Add(other List, alpha float64) List {
	return l.batch.get(add, l.tensors, other.tensors, alpha)
}

// Addcmul is l + value*x*y.
func (l List) Addcmul(x, y List, value float64) List {
	return l.batch.get(addcmulNew, l.tensors, x.tensors, y.tensors, value)
}

// AddInplace adds alpha*other.
func (l List) AddInplace(other List, alpha float64) List { return l.do(addTo, other.tensors, alpha) }

// LerpInplace moves l towards end: l + weight*(end-l).
func (l List) LerpInplace(end List, weight float64) List { return l.do(lerp, end.tensors, weight) }

// AddcmulInplace adds value*x*y.
func (l List) AddcmulInplace(x, y List, value float64) List {
	return l.do(addcmul, x.tensors, y.tensors, value)
}

// AddcdivInplace adds value*x/y, the values one for each parameter.
func (l List) AddcdivInplace(x, y List, values []float64) List {
	return l.do(addcdiv, x.tensors, y.tensors, values)
}

// MaximumInplace takes the larger of l and other, element by element.
func (l List) MaximumInplace(other List) List { return l.do(maximum, other.tensors) }

// MulListInplace multiplies by other.
func (l List) MulListInplace(other List) List { return l.do(mulTo, other.tensors) }

// DivListInplace divides by other.
func (l List) DivListInplace(other List) List { return l.do(divTo, other.tensors) }

// ReciprocalInplace is 1/l.
func (l List) ReciprocalInplace() List { return l.do(reciprocal) }

// ClampInplace moves elements outside of lowest and highest to these.
func (l List) ClampInplace(lowest, highest float64) List { return l.do(clamp, lowest, highest) }

// CopyInplace takes over other's elements.
func (l List) CopyInplace(other List) List { return l.do(copyTo, other.tensors) }

// MulInplace multiplies by a number.
func (l List) MulInplace(number float64) List { return l.by(mulNumber, number) }

// DivInplace divides by numbers, one for each parameter.
func (l List) DivInplace(numbers []float64) List { return l.by(divNumber, numbers) }

// AddNumberInplace adds a number.
func (l List) AddNumberInplace(number float64) List { return l.by(addNumber, number) }

// SqrtInplace takes the root.
func (l List) SqrtInplace() List { return l.do(sqrtTo) }

func (l List) do(e each, args ...any) List {
	l.batch.do(e, append([]any{l.tensors}, args...)...)
	return l
}

func (l List) by(e byNumber, number any) List {
	l.batch.by(e, l.tensors, number)
	return l
}

// same is a number for every parameter.
func (b *Batch) same(number float64) []float64 {
	numbers := make([]float64, len(b.states))
	for i := range numbers {
		numbers[i] = number
	}
	return numbers
}

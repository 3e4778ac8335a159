package distributions

import (
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
	"multitorch/torch/linalg"
)

// Covariance is what [CovarianceMatrix], [PrecisionMatrix] and [ScaleTril] make.
type Covariance struct {
	matrix *torch.Tensor
	kind   covarianceKind
}

type covarianceKind int

const (
	noMatrix covarianceKind = iota
	covarianceMatrix
	precisionMatrix
	scaleTril
)

var covarianceNames = [...]string{"matrix", "covariance_matrix", "precision_matrix", "scale_tril"}

// CovarianceMatrix gives a distribution of vectors by its covariance, a positive definite matrix.
func CovarianceMatrix(m *torch.Tensor) Covariance { return Covariance{m, covarianceMatrix} }

// PrecisionMatrix gives it by the inverse of its covariance.
func PrecisionMatrix(m *torch.Tensor) Covariance { return Covariance{m, precisionMatrix} }

// ScaleTril gives it by the Cholesky factor of its covariance, a lower triangular matrix with a positive diagonal. No
// other way costs less.
func ScaleTril(m *torch.Tensor) Covariance { return Covariance{m, scaleTril} }

// check checks what was given as a square matrix, or a batch of them.
func (c Covariance) check(op string) {
	if c.kind == noMatrix {
		panic(invalid(op, "expected one of CovarianceMatrix, PrecisionMatrix and ScaleTril, but got none"))
	}
	name := covarianceNames[c.kind]
	if needTensor(op, name, c.matrix, 2); c.matrix.Size(-1) != c.matrix.Size(-2) {
		panic(invalid(op, "expected %s of square matrices, but got the shape %s", name, pyShape(c.matrix.Shape())))
	}
}

func (c Covariance) parameter() Parameter {
	p := Parameter{Name: covarianceNames[c.kind], Value: c.matrix, Constraint: constraints.PositiveDefinite}
	if c.kind == scaleTril {
		p.Constraint = constraints.LowerCholesky
	}
	return p
}

// tril is the Cholesky factor of the covariance.
func (c Covariance) tril() *torch.Tensor {
	switch c.kind {
	case covarianceMatrix:
		return linalg.Cholesky(c.matrix)
	case precisionMatrix:
		p := c.matrix
		l := linalg.Cholesky(p.Flip(-2, -1)).Flip(-2, -1).Transpose(-2, -1)
		return linalg.SolveTriangular(l, torch.Eye(p.Size(-1), p.DType(), p.Device()), false)
	}
	return c.matrix
}

// forms are the forms of a covariance: the one that was given, expanded, and those that were computed.
type forms struct {
	given Covariance
	lazy  *[scaleTril + 1]lazy
}

func newForms(given Covariance) forms { return forms{given, new([scaleTril + 1]lazy)} }

// get is a form: as it was given, or what f computes, expanded as that is.
func (m *forms) get(kind covarianceKind, f func() *torch.Tensor) *torch.Tensor {
	if m.given.kind == kind {
		return m.given.matrix
	}
	return m.lazy[kind].get(func() *torch.Tensor { return f().ExpandAs(m.given.matrix) })
}

// computed adds the computed forms to what is printed, in Python's order.
func (m *forms) computed(params []Parameter) []Parameter {
	i := slices.IndexFunc(params, func(p Parameter) bool { return p.Name == covarianceNames[m.given.kind] })
	var all []Parameter
	for kind := covarianceMatrix; kind <= scaleTril; kind++ {
		if kind == m.given.kind {
			all = append(all, params[i])
		} else if v := m.lazy[kind].peek(); v != nil {
			all = append(all, Parameter{Name: covarianceNames[kind], Value: v})
		}
	}
	return slices.Concat(params[:i], all, params[i+1:])
}

// batchMV multiplies matrices and vectors.
func batchMV(m, v *torch.Tensor) *torch.Tensor { return m.Matmul(v.Unsqueeze(-1)).Squeeze(-1) }

func logDiagonal(m *torch.Tensor) *torch.Tensor { return m.Diagonal(0, -2, -1).Log().Sum(-1) }

// mahalanobis is xᵀM⁻¹x of the Cholesky factor L of M, where x has as many dimensions as L or more, and its batch need
// not have L's sizes but multiples of them.
func mahalanobis(l, x *torch.Tensor) *torch.Tensor {
	n := x.Size(-1)
	xBatch, lBatch := x.Shape()[:x.Dim()-1], l.Shape()[:l.Dim()-2]
	outer, inner := len(xBatch)-len(lBatch), len(lBatch)
	if outer < 0 {
		panic(invalid("mahalanobis", "expected vectors in a batch of %d dimensions or more, but got the shape %s", inner, pyShape(x.Shape())))
	}
	split := slices.Clone(xBatch[:outer])
	var left, right, back []int
	for i, size := range lBatch {
		split = append(split, xBatch[outer+i]/size, size)
		left, right = append(left, outer+2*i), append(right, outer+2*i+1)
		back = append(back, outer+i, outer+inner+i)
	}
	first := make([]int, outer)
	for i := range first {
		first[i] = i
	}
	x = x.Reshape(append(split, n)...).Permute(slices.Concat(first, left, right, []int{outer + 2*inner})...)
	flatL := l.Reshape(-1, n, n)
	flatX := x.Reshape(-1, flatL.Size(0), n).Permute(1, 2, 0)
	m := linalg.SolveTriangular(flatL, flatX, false).Pow(2).Sum(-2).T()
	shape := x.Shape()
	return m.Reshape(shape[:len(shape)-1]...).Permute(slices.Concat(first, back)...).Reshape(xBatch...)
}

// traceXXT is the trace of XXᵀ.
func traceXXT(x *torch.Tensor) *torch.Tensor {
	shape := x.Shape()
	batch := shape[:len(shape)-2]
	return x.Reshape(-1, x.Size(-1)*x.Size(-2)).Pow(2).Sum(-1).Reshape(batch...)
}

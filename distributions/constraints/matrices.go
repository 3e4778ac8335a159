package constraints

import (
	"multitorch/torch"
	"multitorch/torch/linalg"
)

// Of matrices, the last two dimensions.
var (
	LowerTriangular      Constraint = lowerTriangular{}
	LowerCholesky        Constraint = lowerCholesky{} // lower triangular, with a positive diagonal
	CorrCholesky         Constraint = corrCholesky{}  // the same, with rows of length 1
	Square               Constraint = square{}
	Symmetric            Constraint = symmetric{}
	PositiveSemidefinite Constraint = positiveSemidefinite{}
	PositiveDefinite     Constraint = positiveDefinite{}
)

type (
	matrix struct{ continuous }

	lowerTriangular      struct{ matrix }
	lowerCholesky        struct{ matrix }
	corrCholesky         struct{ matrix }
	square               struct{ matrix }
	symmetric            struct{ matrix }
	positiveSemidefinite struct{ matrix }
	positiveDefinite     struct{ matrix }
)

func (matrix) EventDim() int { return 2 }

// sizes are the numbers of rows and columns; what has none is an error.
func sizes(op string, v *torch.Tensor) (rows, cols int) {
	shape := v.Shape()
	if len(shape) < 2 {
		panic(invalid(op, torch.ValueError, "expected a matrix or a batch of them, but got the shape %v", shape))
	}
	return shape[len(shape)-2], shape[len(shape)-1]
}

func (lowerTriangular) Check(v *torch.Tensor) *torch.Tensor {
	sizes("LowerTriangular", v)
	return allOf(v.Tril(0).Eq(v), v.Dim()-2)
}

func (lowerCholesky) Check(v *torch.Tensor) *torch.Tensor {
	return lowerTriangular{}.Check(v).And(v.Diagonal(0, -2, -1).Gt(0).All(-1))
}

// cholesky's rows have length 1 within ten times as many roundings as a row has elements.
func (corrCholesky) Check(v *torch.Tensor) *torch.Tensor {
	_, n := sizes("CorrCholesky", v)
	eps := 1.0 / (1 << 23)
	if v.DType() == torch.Float64 {
		eps = 1.0 / (1 << 52)
	}
	length := linalg.VectorNorm(v.Detach(), 2, -1)
	return lowerCholesky{}.Check(v).And(length.Sub(1.0).Abs().Le(eps * float64(n) * 10).All(-1))
}

func (square) Check(v *torch.Tensor) *torch.Tensor {
	rows, cols := sizes("Square", v)
	shape := v.Shape()
	return torch.Full(shape[:len(shape)-2], rows == cols, torch.Bool, v.Device())
}

func (symmetric) Check(v *torch.Tensor) *torch.Tensor {
	if rows, cols := sizes("Symmetric", v); rows != cols {
		return square{}.Check(v)
	}
	return v.Isclose(v.MT(), 1e-5, 1e-6, false).All(-2).All(-1)
}

func (positiveSemidefinite) Check(v *torch.Tensor) *torch.Tensor {
	ok := symmetric{}.Check(v)
	if !ok.All().ItemBool() {
		return ok
	}
	return linalg.EigValsH(v).Ge(0).All(-1)
}

func (positiveDefinite) Check(v *torch.Tensor) *torch.Tensor {
	ok := symmetric{}.Check(v)
	if !ok.All().ItemBool() {
		return ok
	}
	_, info := linalg.CholeskyEx(v)
	return info.Eq(0)
}

func (lowerTriangular) String() string      { return "LowerTriangular()" }
func (lowerCholesky) String() string        { return "LowerCholesky()" }
func (corrCholesky) String() string         { return "CorrCholesky()" }
func (square) String() string               { return "Square()" }
func (symmetric) String() string            { return "Symmetric()" }
func (positiveSemidefinite) String() string { return "PositiveSemidefinite()" }
func (positiveDefinite) String() string     { return "PositiveDefinite()" }

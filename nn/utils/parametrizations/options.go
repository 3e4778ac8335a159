// Package parametrizations has the parametrizations of torch.nn.utils.parametrizations: a module's weight that is
// orthogonal, or computed of its length and direction, or divided by its largest singular value. Package parametrize takes
// them off again.
package parametrizations

import (
	"fmt"

	"multitorch/torch"
)

// Option is an option of this package's functions, each of which says which it takes.
type Option interface{ set(*config) }

type config struct {
	name       string
	dim        *int
	iterations int
	eps        float64
	orthogonal string
	trivialize bool
}

// Name is the parameter's name. The default is "weight".
type Name string

// Dim is the dimension that counts the outputs. The default is 0, for a spectral norm of transposed convolutions 1.
type Dim int

// NPowerIterations is how many steps of the power method are made whenever the weight is read in training. The default
// is 1.
type NPowerIterations int

// Eps keeps vectors of the power method from being divided by zero. The default is 1e-12.
type Eps float64

// OrthogonalMap is how orthogonal matrices are made: "matrix_exp", "cayley" or "householder". The default is the first for
// square and complex matrices, the last for others.
type OrthogonalMap string

// UseTrivialization(false) does not begin with the weight that was. The default is true.
type UseTrivialization bool

func (n Name) set(c *config)              { c.name = string(n) }
func (d Dim) set(c *config)               { c.dim = new(int(d)) }
func (n NPowerIterations) set(c *config)  { c.iterations = int(n) }
func (e Eps) set(c *config)               { c.eps = float64(e) }
func (o OrthogonalMap) set(c *config)     { c.orthogonal = string(o) }
func (u UseTrivialization) set(c *config) { c.trivialize = bool(u) }

func configure(opts []Option) config {
	c := config{name: "weight", iterations: 1, eps: 1e-12, trivialize: true}
	for _, o := range opts {
		o.set(&c)
	}
	return c
}

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "parametrizations." + op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

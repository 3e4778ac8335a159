package utils

// Option is an option of [WeightNorm] and [SpectralNorm]: [Name], [Dim]; of the latter [NPowerIterations], [Eps].
type Option interface{ set(*config) }

type config struct {
	name       string
	dim        *int
	iterations int
	eps        float64
}

// Name is the parameter's name. The default is "weight".
type Name string

// Dim is the dimension that counts the outputs. The default is 0, for a spectral norm of transposed convolutions 1.
type Dim int

// NPowerIterations is how many steps of the power method each Forward in training makes. The default is 1.
type NPowerIterations int

// Eps keeps vectors of the power method from being divided by zero. The default is 1e-12.
type Eps float64

func (n Name) set(c *config)             { c.name = string(n) }
func (d Dim) set(c *config)              { c.dim = new(int(d)) }
func (n NPowerIterations) set(c *config) { c.iterations = int(n) }
func (e Eps) set(c *config)              { c.eps = float64(e) }

func configure(opts []Option) config {
	c := config{name: "weight", iterations: 1, eps: 1e-12}
	for _, o := range opts {
		o.set(&c)
	}
	return c
}

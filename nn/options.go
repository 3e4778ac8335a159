package nn

// Options are Python's keyword arguments. Each is a value that fits the modules
// which know it, so that one a module does not take does not compile.

// Bias(false) leaves the bias out. The default is true.
type Bias bool

func (b Bias) linear(c *linearConfig) { c.bias = bool(b) }

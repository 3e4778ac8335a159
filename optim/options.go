package optim

// Options that several optimizers take. Which ones an optimizer takes, and their defaults, stand in its own file.

// LR is the learning rate.
type LR float64

// WeightDecay pulls parameters towards 0: as a term of the gradient, or in AdamW apart from it.
type WeightDecay float64

// Maximize(true) climbs instead of descending.
type Maximize bool

// Foreach says how parameters are gone through: true by operators on lists of
// tensors, false one after the other. Left out, PyTorch's own default decides on
// a GPU (lists since 2.0), and on the CPU, where both give the same bits, the
// quicker one is taken. (Of less than 32 bits they don't: newer versions' lists
// round numbers to the tensors' dtype. There PyTorch's default is taken too.)
type Foreach bool

// Eps is added to a denominator.
type Eps float64

// Momentum is the share of the last update that goes into the next.
type Momentum float64

// Betas are the decay rates of two averages: of the gradient and of its square, or of what the optimizer says.
func Betas(beta1, beta2 float64) betas { return betas{beta1, beta2} }

type betas [2]float64

// check is an error unless both are from 0 to below 1.
func (b betas) check() error {
	return firstError(CheckRange("beta at index 0", b[0], 1), CheckRange("beta at index 1", b[1], 1))
}

// LRDecay makes the learning rate fall with the number of steps.
type LRDecay float64

// DecoupledWeightDecay(true) makes the weight decay shrink the parameters, as AdamW does, and not be a term of the gradient.
type DecoupledWeightDecay bool

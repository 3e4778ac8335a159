package lr_scheduler

// Options that several schedulers take. Which ones a scheduler takes, and their defaults, stand in its own file.

// Gamma is the factor by which a rate falls.
type Gamma float64

// TotalIters is the number of steps in which a scheduler moves the rates.
type TotalIters int

// EtaMin is the lowest rate.
type EtaMin float64

// CycleMomentum(false) leaves the momentum alone. It goes against the rate otherwise: the momentum of SGD and RMSprop, of Adam
// and the like the first of the betas.
type CycleMomentum bool

// BaseMomentum is the lowest momentum: one number, or one for each group.
func BaseMomentum(momenta ...float64) baseMomentum { return momenta }

// MaxMomentum is the highest momentum: one number, or one for each group.
func MaxMomentum(momenta ...float64) maxMomentum { return momenta }

// MaxLRs are the highest rates, one for each group, in the place of one for all.
func MaxLRs(lrs ...float64) maxLRs { return lrs }

type (
	baseMomentum []float64
	maxMomentum  []float64
	maxLRs       []float64
)

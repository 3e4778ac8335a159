package distributions

import (
	"math"

	"multitorch/torch"
)

// Pairs whose second distribution has no density where the first one has.

func init() {
	infinite[*Beta, *Pareto](func(p *Beta) tensor { return p.Concentration1() })
	infinite[*ContinuousBernoulli, *Pareto](func(p *ContinuousBernoulli) tensor { return p.Probs() })
	exponential := func(p *Exponential) tensor { return p.Rate }
	infinite[*Exponential, *Beta](exponential)
	infinite[*Exponential, *ContinuousBernoulli](exponential)
	infinite[*Exponential, *Pareto](exponential)
	infinite[*Exponential, *Uniform](exponential)
	gamma := func(p *Gamma) tensor { return p.Concentration }
	infinite[*Gamma, *Beta](gamma)
	infinite[*Gamma, *ContinuousBernoulli](gamma)
	infinite[*Gamma, *Pareto](gamma)
	infinite[*Gamma, *Uniform](gamma)
	everywhere(func(p *Gumbel) tensor { return p.Loc })
	everywhere(func(p *Laplace) tensor { return p.Loc })
	everywhere(func(p *Normal) tensor { return p.Loc })
	pareto := func(p *Pareto) tensor { return p.Scale }
	infinite[*Pareto, *Beta](pareto)
	infinite[*Pareto, *ContinuousBernoulli](pareto)
	infinite[*Pareto, *Uniform](pareto)
	poisson := func(p *Poisson) tensor { return p.Rate }
	infinite[*Poisson, *Bernoulli](poisson)
	infinite[*Poisson, *Binomial](poisson)
}

// everywhere is of a distribution on all numbers.
func everywhere[P Distribution](like func(P) tensor) {
	infinite[P, *Beta](like)
	infinite[P, *ContinuousBernoulli](like)
	infinite[P, *Exponential](like)
	infinite[P, *Gamma](like)
	infinite[P, *Pareto](like)
	infinite[P, *Uniform](like)
}

func infinite[P, Q Distribution](like func(P) tensor) {
	RegisterKL(func(p P, _ Q) tensor { return torch.FullLike(like(p), math.Inf(1)) })
}

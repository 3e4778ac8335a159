// Command reinforce is ../../reinforce with the trainer: a batch is a game, which is played in the step. Its losses are those of
// the bare program, to the last bit.
package main

import (
	"context"
	"flag"
	"log"
	"math"

	"multitorch/distributions"
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

// CartPole is the cart and pole of Barto, Sutton and Anderson (1983), with the numbers of OpenAI's Gym.
type CartPole struct{ state []float64 }

func (c *CartPole) Reset() []float64 {
	c.state = torch.ToSlice[float64](torch.Rand(torch.Shape{4}, torch.Float64).Mul(0.1).Sub(0.05))
	return c.state
}

// Step pushes the cart left (0) or right (1) for 20 ms; it says where it is, and whether all is over.
func (c *CartPole) Step(action int) (state []float64, over bool) {
	x, speed, angle, spin := c.state[0], c.state[1], c.state[2], c.state[3]
	cos, sin := libm.Cos(angle), libm.Sin(angle)
	force := []float64{-10, 10}[action]
	push := (force + 0.05*spin*spin*sin) / 1.1
	turn := (9.8*sin - cos*push) / (0.5 * (4.0/3.0 - 0.1*cos*cos/1.1))
	pull := push - 0.05*turn*cos/1.1
	c.state = []float64{x + 0.02*speed, speed + 0.02*pull, angle + 0.02*spin, spin + 0.02*turn}
	return c.state, math.Abs(c.state[0]) > 2.4 || math.Abs(c.state[2]) > 0.2094
}

type Policy struct {
	nn.Base
	FC1     *nn.Linear
	Dropout *nn.Dropout
	FC2     *nn.Linear
}

func NewPolicy() *Policy {
	return &Policy{FC1: nn.NewLinear(4, 128), Dropout: nn.NewDropout(0.6), FC2: nn.NewLinear(128, 2)}
}

func (m *Policy) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.Dropout.Forward(m.FC1.Forward(x)).ReLU()
	return m.FC2.Forward(x)
}

// play plays once; it gives the logarithm of each action's probability, of which the gradient is wanted.
func play(env *CartPole, policy *Policy) (logProbs []*torch.Tensor) {
	state, over := env.Reset(), false
	for !over && len(logProbs) < 500 {
		choice := distributions.NewCategorical(distributions.Logits(policy.Forward(torch.New(state).Unsqueeze(0))))
		action := choice.Sample()
		logProbs = append(logProbs, choice.LogProb(action))
		state, over = env.Step(int(action.ItemInt()))
	}
	return logProbs
}

func main() {
	episodes := flag.Int("episodes", 500, "games")
	flag.Parse()
	torch.ManualSeed(0)

	env := new(CartPole)
	policy := NewPolicy()
	optimizer := optim.NewAdam(nn.Parameters(policy), optim.LR(0.01))

	mean, moves := 10.0, 0
	fit := &trainer.Trainer[int, struct{}]{
		Model: policy, Optimizer: optimizer, Epochs: 1, Train: trainer.Count(*episodes),
		Step: func(int) (*torch.Tensor, struct{}) {
			logProbs := play(env, policy)
			moves = len(logProbs)
			mean = 0.05*float64(moves) + 0.95*mean

			rewards, total := make([]float64, moves), 0.0
			for t := moves - 1; t >= 0; t-- {
				total = 1 + 0.99*total // a reward of 1 for each step, the later ones count for less
				rewards[t] = total
			}
			returns := torch.New(rewards)
			returns = returns.Sub(returns.Mean()).Div(returns.Std().Add(1e-8))
			return torch.Cat(logProbs, 0).Neg().Mul(returns).Sum(), struct{}{}
		},
		Hooks: []trainer.Hook{hooks.AfterStep(func(s trainer.Step) {
			if (s.Step-1)%(*episodes/20+1) == 0 {
				log.Printf("episode %d: loss %.9g, %d steps", s.Step-1, s.Loss, moves)
			}
		})},
	}
	if err := fit.Fit(context.Background()); err != nil {
		log.Fatal(err)
	}
	log.Printf("balanced for %.9g steps in the mean", mean)
}

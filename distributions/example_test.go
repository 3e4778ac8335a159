package distributions_test

import (
	"fmt"

	"multitorch/distributions"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// A policy learns by REINFORCE which of four levers pays: it pulls one, and makes what paid more likely. Sample has no
// gradient; LogProb of the sample has.
func Example() {
	torch.ManualSeed(0)
	pays := torch.New([]float32{0.1, 0.2, 0.9, 0.3})
	scores := torch.Zeros(torch.Shape{4}, torch.RequiresGrad(true))
	opt := optim.NewAdam([]*nn.Parameter{{Tensor: scores}}, optim.LR(0.1))
	for range 60 {
		torch.Step(func() {
			policy := distributions.NewCategorical(distributions.Logits(scores))
			lever := policy.Sample(16)
			reward := distributions.NewBernoulli(distributions.Probs(pays.Index(lever))).Sample()
			loss := policy.LogProb(lever).Mul(reward.Sub(0.5)).Mean().Neg()
			opt.ZeroGrad()
			loss.Backward()
			opt.Step()
		})
	}
	policy := distributions.NewCategorical(distributions.Logits(scores))
	fmt.Println("pull lever", policy.Mode().Item(), policy.Probs().Max().Item() > 0.8)
	// Output: pull lever 2 true
}

// The heart of a variational autoencoder: RSample draws z so that the loss is differentiable in the mean and the
// deviation that the encoder has made (the reparametrisation), and the divergence keeps z close to a normal distribution.
func ExampleNormal_RSample() {
	torch.ManualSeed(0)
	x := torch.Rand(torch.Shape{8, 6}).Round()
	encoder, decoder := nn.NewLinear(6, 2*2), nn.NewLinear(2, 6)

	h := encoder.Forward(x).Chunk(2, -1)
	posterior := distributions.NewIndependent(distributions.NewNormal(h[0], h[1].Exp()), 1)
	prior := distributions.NewIndependent(distributions.NewNormal(torch.Zeros(torch.Shape{2}), 1), 1)
	z := posterior.RSample()
	pixels := distributions.NewIndependent(distributions.NewBernoulli(distributions.Logits(decoder.Forward(z))), 1)

	elbo := pixels.LogProb(x).Sub(distributions.KLDivergence(posterior, prior))
	elbo.Mean().Neg().Backward()
	fmt.Println(pixels.BatchShape(), pixels.EventShape(), elbo.Shape(), encoder.Weight.Grad().Shape())
	// Output: [8] [6] [8] [4 6]
}

// A normal number through tanh and a scale: actions from -2 to 2, with their densities.
func ExampleTransformedDistribution() {
	actions := distributions.NewTransformedDistribution(distributions.NewNormal(torch.New([]float32{0, 1}), 0.5), []distributions.Transform{
		distributions.NewTanhTransform(), distributions.NewAffineTransform(0, 2.0),
	})
	a := torch.New([]float32{0.5, 1.5})
	fmt.Println(actions.LogProb(a))
	fmt.Println(actions.CDF(a))
	// Output:
	// tensor([-0.9849, -0.0937])
	// tensor([0.6953, 0.4784])
}

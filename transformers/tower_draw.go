package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// towerDraw draws the matrices of a layer again, in the way of CLIP or of SigLIP.
type towerDraw interface {
	attention(m *CLIPAttention, wanted func(*nn.Parameter) bool)
	mlp(m *CLIPMLP, wanted func(*nn.Parameter) bool)
}

// clipDraw has spreads that are the smaller the wider the layers; those of matrices that lead back into the sum also the more
// layers there are.
type clipDraw struct {
	config *TowerConfig
	factor float64
}

func (d clipDraw) width() float64 { return libm.Pow(float64(d.config.HiddenSize), -0.5) }

func (d clipDraw) in() float64 {
	return d.width() * libm.Pow(2*float64(d.config.NumHiddenLayers), -0.5) * d.factor
}

func (d clipDraw) attention(m *CLIPAttention, wanted func(*nn.Parameter) bool) {
	for _, p := range []*nn.Linear{m.QProj, m.KProj, m.VProj} {
		drawNormal(p.Weight, d.in(), wanted)
	}
	drawNormal(m.OutProj.Weight, d.width()*d.factor, wanted)
}

func (d clipDraw) mlp(m *CLIPMLP, wanted func(*nn.Parameter) bool) {
	drawNormal(m.FC1.Weight, libm.Pow(2*float64(d.config.HiddenSize), -0.5)*d.factor, wanted)
	drawNormal(m.FC2.Weight, d.in(), wanted)
}

// siglipDraw draws as big_vision does.
type siglipDraw struct{}

func (siglipDraw) attention(m *CLIPAttention, wanted func(*nn.Parameter) bool) {
	for _, p := range []*nn.Linear{m.QProj, m.KProj, m.VProj, m.OutProj} {
		drawXavier(p.Weight, wanted)
	}
}

func (siglipDraw) mlp(m *CLIPMLP, wanted func(*nn.Parameter) bool) {
	drawXavier(m.FC1.Weight, wanted)
	drawXavier(m.FC2.Weight, wanted)
	drawNormal(m.FC1.Bias, 1e-6, wanted)
	drawNormal(m.FC2.Bias, 1e-6, wanted)
}

// initTower draws the weights of an encoder with the spread of its own settings, unless the outermost are being loaded into.
func initTower(outermost, own *PretrainedConfig, tower nn.Module) {
	if !outermost.loading {
		initWeights(own, tower)
	}
}

// initHead draws matrices beside encoders with a spread, and then again in the model's own way, as Python does.
func initHead(c *PretrainedConfig, std float64, m drawer, heads ...*nn.Linear) {
	if c.loading {
		return
	}
	torch.NoGrad(func() {
		all := func(*nn.Parameter) bool { return true }
		for _, head := range heads {
			drawWeights(head, std, all)
		}
		m.draw(std, all)
	})
}

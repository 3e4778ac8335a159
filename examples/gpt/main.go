// Command gpt is a GPT of nanoGPT's shape (Karpathy, 2022) that learns to write the GNU General Public License,
// character by character. The text is Debian's /usr/share/common-licenses/GPL-3.
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"slices"
	"strings"

	"multitorch/libm"
	"multitorch/nn"
	nninit "multitorch/nn/init"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

type Config struct {
	vocab, layers, heads, width int
	block                       int // characters that it sees at once
	dropout                     float64
}

type CausalSelfAttention struct {
	nn.Base
	CAttn, CProj              *nn.Linear
	AttnDropout, ResidDropout *nn.Dropout
	Bias                      *nn.Buffer
	heads                     int
}

func NewCausalSelfAttention(c Config) *CausalSelfAttention {
	return &CausalSelfAttention{
		CAttn:        nn.NewLinear(c.width, 3*c.width), // query, key and value of all heads
		CProj:        nn.NewLinear(c.width, c.width),
		AttnDropout:  nn.NewDropout(c.dropout),
		ResidDropout: nn.NewDropout(c.dropout),
		Bias:         nn.NewBuffer(torch.Ones(torch.Shape{c.block, c.block}).Tril(0).View(1, 1, c.block, c.block)),
		heads:        c.heads,
	}
}

func (m *CausalSelfAttention) Forward(x *torch.Tensor) *torch.Tensor {
	B, T, C := x.Size(0), x.Size(1), x.Size(2)
	qkv := m.CAttn.Forward(x).Split(C, 2)
	q := qkv[0].View(B, T, m.heads, C/m.heads).Transpose(1, 2) // [B, heads, T, C / heads]
	k := qkv[1].View(B, T, m.heads, C/m.heads).Transpose(1, 2)
	v := qkv[2].View(B, T, m.heads, C/m.heads).Transpose(1, 2)
	att := q.Matmul(k.Transpose(-2, -1)).Mul(1 / libm.Sqrt(float64(C/m.heads)))
	mask := m.Bias.Index(torch.Colon, torch.Colon, torch.R(nil, T), torch.R(nil, T)).Eq(0)
	att = m.AttnDropout.Forward(att.MaskedFill(mask, math.Inf(-1)).Softmax(-1))
	y := att.Matmul(v).Transpose(1, 2).Contiguous().View(B, T, C)
	return m.ResidDropout.Forward(m.CProj.Forward(y))
}

type MLP struct {
	nn.Base
	CFC     *nn.Linear `nn:"c_fc"`
	GELU    *nn.GELU
	CProj   *nn.Linear
	Dropout *nn.Dropout
}

func NewMLP(c Config) *MLP {
	fc, proj := nn.NewLinear(c.width, 4*c.width), nn.NewLinear(4*c.width, c.width)
	return &MLP{CFC: fc, GELU: nn.NewGELU(), CProj: proj, Dropout: nn.NewDropout(c.dropout)}
}

func (m *MLP) Forward(x *torch.Tensor) *torch.Tensor {
	return m.Dropout.Forward(m.CProj.Forward(m.GELU.Forward(m.CFC.Forward(x))))
}

type Block struct {
	nn.Base
	LN1  *nn.LayerNorm `nn:"ln_1"`
	Attn *CausalSelfAttention
	LN2  *nn.LayerNorm `nn:"ln_2"`
	MLP  *MLP
}

func NewBlock(c Config) *Block {
	return &Block{LN1: nn.NewLayerNorm(c.width), Attn: NewCausalSelfAttention(c), LN2: nn.NewLayerNorm(c.width), MLP: NewMLP(c)}
}

func (m *Block) Forward(x *torch.Tensor) *torch.Tensor {
	x = x.Add(m.Attn.Forward(m.LN1.Forward(x)))
	return x.Add(m.MLP.Forward(m.LN2.Forward(x)))
}

type GPT struct {
	nn.Base
	WTE, WPE *nn.Embedding
	Drop     *nn.Dropout
	H        *nn.Sequential
	LNF      *nn.LayerNorm `nn:"ln_f"`
	LMHead   *nn.Linear
	block    int
}

func NewGPT(c Config) *GPT {
	m := &GPT{WTE: nn.NewEmbedding(c.vocab, c.width), WPE: nn.NewEmbedding(c.block, c.width), block: c.block}
	m.Drop = nn.NewDropout(c.dropout)
	blocks := make([]nn.Layer, c.layers)
	for i := range blocks {
		blocks[i] = NewBlock(c)
	}
	m.H = nn.NewSequential(blocks...)
	m.LNF = nn.NewLayerNorm(c.width)
	m.LMHead = nn.NewLinear(c.width, c.vocab, nn.Bias(false))
	m.WTE.Weight = m.LMHead.Weight // one matrix for reading and writing
	nn.Apply(m, initWeights)
	for _, p := range nn.NamedParameters(m) {
		if strings.HasSuffix(p.Name, "c_proj.weight") {
			nninit.Normal(p.Tensor, 0, 0.02/libm.Sqrt(float64(2*c.layers)))
		}
	}
	return m
}

func initWeights(module nn.Module) {
	switch m := module.(type) {
	case *nn.Linear:
		nninit.Normal(m.Weight.Tensor, 0, 0.02)
		if m.Bias != nil {
			nninit.Zeros(m.Bias.Tensor)
		}
	case *nn.Embedding:
		nninit.Normal(m.Weight.Tensor, 0, 0.02)
	}
}

// Forward is scores [B, T, vocab] of what follows each of the ids [B, T].
func (m *GPT) Forward(ids *torch.Tensor) *torch.Tensor {
	position := torch.Arange(0, ids.Size(1), 1)
	x := m.Drop.Forward(m.WTE.Forward(ids).Add(m.WPE.Forward(position)))
	return m.LMHead.Forward(m.LNF.Forward(m.H.Forward(x)))
}

// Generate is ids [1, T] and n more, each drawn from the topK likeliest.
func (m *GPT) Generate(ids *torch.Tensor, n int, temperature float64, topK int) *torch.Tensor {
	torch.NoGrad(func() {
		for range n {
			last := m.Forward(ids.Index(torch.Colon, torch.R(-min(m.block, ids.Size(1)), nil)))
			scores := last.Index(torch.Colon, -1).Div(temperature)
			kept, _ := scores.Topk(topK, -1)
			scores.IndexPut(math.Inf(-1), scores.Lt(kept.Index(torch.Colon, []int{-1})))
			following := scores.Softmax(-1).Multinomial(1, false)
			ids = torch.Cat([]*torch.Tensor{ids, following}, 1)
		}
	})
	return ids
}

// learningRate rises linearly over 100 steps, then falls to a tenth along a cosine.
func learningRate(step, steps int) float64 {
	if step < 100 {
		return 1e-3 * float64(step+1) / 101
	}
	ratio := min(float64(step-100)/float64(max(steps-100, 1)), 1)
	return 1e-4 + 0.5*(1+libm.Cos(math.Pi*ratio))*(1e-3-1e-4)
}

// getBatch is n pieces of the text [n, block], and the same one character on.
func getBatch(data *torch.Tensor, n, block int) (ids, target *torch.Tensor) {
	start := torch.Randint(0, data.Size(0)-block, torch.Shape{n, 1})
	piece := data.Index(start.Add(torch.Arange(0, block+1, 1)))
	return piece.Index(torch.Colon, torch.R(nil, -1)), piece.Index(torch.Colon, torch.R(1, nil))
}

func main() {
	steps := flag.Int("steps", 2000, "training steps")
	batch := flag.Int("batch", 16, "pieces of the text in a batch")
	width := flag.Int("width", 128, "width of a token's vector")
	flag.Parse()
	torch.ManualSeed(0)

	text, err := os.ReadFile("/usr/share/common-licenses/GPL-3")
	if err != nil {
		log.Fatal(err)
	}
	chars, data, _ := torch.FromSlice(text).UniqueCounts()
	config := Config{vocab: chars.Size(0), layers: 4, heads: 4, width: *width, block: 64, dropout: 0.1}
	model := NewGPT(config)
	criterion := nn.NewCrossEntropyLoss()
	decay := slices.DeleteFunc(nn.Parameters(model), func(p *nn.Parameter) bool { return p.Dim() < 2 })
	noDecay := slices.DeleteFunc(nn.Parameters(model), func(p *nn.Parameter) bool { return p.Dim() >= 2 })
	optimizer := optim.NewAdamW(decay, optim.WeightDecay(0.1), optim.LR(1e-3), optim.Betas(0.9, 0.99))
	optimizer.AddParamGroup(noDecay, optim.WeightDecay(0))

	for step := range *steps {
		torch.Step(func() { // what is made in it ends with it
			for _, group := range optimizer.ParamGroups() {
				group.LR = learningRate(step, *steps)
			}
			ids, target := getBatch(data, *batch, config.block)
			scores := model.Forward(ids)
			loss := criterion.Forward(scores.Flatten(0, 1), target.Flatten(0, -1))
			optimizer.ZeroGrad()
			loss.Backward()
			nn.ClipGradNorm(nn.Parameters(model), 1.0)
			optimizer.Step()
			if step%(*steps/20+1) == 0 {
				log.Printf("step %d: loss %.9g", step, loss.Item())
			}
		})
	}

	nn.Eval(model)
	written := model.Generate(data.Index(torch.R(nil, 1)).View(1, 1), 300, 0.8, 20)
	fmt.Println(string(torch.ToSlice[uint8](chars.Index(written.Index(0)))))
}

package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

// work runs one loop and prints its report.
func work(what string) {
	parts := strings.Split(what, ",")
	steps, _ := strconv.Atoi(parts[2])
	torch.SetNumThreads(1)
	torch.ManualSeed(0)
	step := sums(parts[0])
	if parts[0] == "gpt" {
		step = gpt()
	}
	var r report
	for i := range steps {
		if parts[1] == "step" {
			torch.Step(step)
		} else {
			step()
		}
		if i == early {
			r.Early = resident("VmRSS")
		}
	}
	r.Peak, r.Last, r.Collected = resident("VmHWM"), resident("VmRSS"), torch.Memory().Collected
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// sums is a step on tensors of so many MiB.
func sums(mib string) func() {
	size, _ := strconv.ParseFloat(mib, 64)
	n := int(size * (1 << 20) / 4)
	w := torch.Ones(torch.Shape{n}, torch.RequiresGrad(true))
	return func() {
		x := torch.Ones(torch.Shape{n})
		y := x.Mul(w).ReLU().Add(x).Sigmoid().Mean()
		y.Backward()
		w.SetGrad(nil)
	}
}

const (
	vocabulary, block, batch = 65, 128, 16
	width, heads, layers     = 128, 4, 4
)

type attention struct {
	nn.Base
	QKV, Proj *nn.Linear
}

func (m *attention) Forward(x *torch.Tensor) *torch.Tensor {
	split := func(t *torch.Tensor) *torch.Tensor { return t.View(batch, block, heads, width/heads).Transpose(1, 2) }
	qkv := m.QKV.Forward(x).Split(width, 2)
	q, k, v := split(qkv[0]), split(qkv[1]), split(qkv[2])
	att := q.Matmul(k.Transpose(-2, -1)).Mul(1 / math.Sqrt(width/heads))
	mask := torch.Ones(torch.Shape{block, block}).Tril(0).Eq(0)
	att = att.MaskedFill(mask, math.Inf(-1)).Softmax(-1)
	return m.Proj.Forward(att.Matmul(v).Transpose(1, 2).Contiguous().View(batch, block, width))
}

type layer struct {
	nn.Base
	LN1, LN2 *nn.LayerNorm
	Attn     *attention
	FC, Out  *nn.Linear
	Act      *nn.GELU
}

func (m *layer) Forward(x *torch.Tensor) *torch.Tensor {
	x = x.Add(m.Attn.Forward(m.LN1.Forward(x)))
	return x.Add(m.Out.Forward(m.Act.Forward(m.FC.Forward(m.LN2.Forward(x)))))
}

type model struct {
	nn.Base
	Tokens, Positions *nn.Embedding
	Layers            []*layer
	Norm              *nn.LayerNorm
	Head              *nn.Linear
}

func (m *model) Forward(ids *torch.Tensor) *torch.Tensor {
	x := m.Tokens.Forward(ids).Add(m.Positions.Forward(torch.Arange(0, block, 1)))
	for _, l := range m.Layers {
		x = l.Forward(x)
	}
	return m.Head.Forward(m.Norm.Forward(x))
}

// gpt is a step of a small language model's training.
func gpt() func() {
	m := &model{
		Tokens: nn.NewEmbedding(vocabulary, width), Positions: nn.NewEmbedding(block, width),
		Norm: nn.NewLayerNorm(width), Head: nn.NewLinear(width, vocabulary),
	}
	for range layers {
		m.Layers = append(m.Layers, &layer{
			LN1: nn.NewLayerNorm(width), LN2: nn.NewLayerNorm(width),
			Attn: &attention{QKV: nn.NewLinear(width, 3*width), Proj: nn.NewLinear(width, width)},
			FC:   nn.NewLinear(width, 4*width), Out: nn.NewLinear(4*width, width), Act: nn.NewGELU(),
		})
	}
	opt := optim.NewAdamW(nn.Parameters(m), optim.LR(1e-3))
	loss := nn.NewCrossEntropyLoss()
	return func() {
		x, y := torch.Randint(0, vocabulary, torch.Shape{batch, block}), torch.Randint(0, vocabulary, torch.Shape{batch, block})
		l := loss.Forward(m.Forward(x).View(batch*block, vocabulary), y.View(batch*block))
		opt.ZeroGrad()
		l.Backward()
		opt.Step()
	}
}

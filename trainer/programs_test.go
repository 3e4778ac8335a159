package trainer_test

import (
	"context"
	"testing"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// Programs of modules, optimizers and loaders.
var programs = []twin.Program{
	{Name: "gradient penalty", Python: `
nn = torch.nn
D = nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 1))
opt = torch.optim.Adam(D.parameters(), lr=1e-2, betas=(0.5, 0.9), weight_decay=1e-3)
for _ in range(5):
    real, fake = torch.randn(8, 5) + 1, torch.randn(8, 5)
    eps = torch.rand(8, 1)
    mix = (eps * real + (1 - eps) * fake).requires_grad_(True)
    y = D(mix)
    g, = torch.autograd.grad(y, mix, torch.ones_like(y), create_graph=True)
    gp = ((g.norm(2, dim=1) - 1) ** 2).mean()
    loss = D(fake).mean() - D(real).mean() + 10 * gp
    opt.zero_grad(); loss.backward()
    n = nn.utils.clip_grad_norm_(D.parameters(), 1.0)
    opt.step()
save(loss=loss, gp=gp, n=n, w=D[0].weight, b=D[2].bias)
f = lambda v: (v ** 3).sum() + (v[0] * v[1]).sin()
v = torch.randn(3, dtype=torch.float64, requires_grad=True)
H = torch.stack([torch.autograd.grad(gi, v, retain_graph=True)[0] for gi in torch.autograd.grad(f(v), v, create_graph=True)[0]])
hv = torch.autograd.grad(torch.autograd.grad(f(v), v, create_graph=True)[0] @ torch.ones(3, dtype=torch.float64), v)[0]
save(H=H, hv=hv)
`, Go: func(save func(string, any)) {
		D := nn.NewSequential(nn.NewLinear(5, 16), nn.NewTanh(), nn.NewLinear(16, 1))
		opt := optim.NewAdam(nn.Parameters(D), optim.LR(1e-2), optim.Betas(0.5, 0.9), optim.WeightDecay(1e-3))
		var loss, gp *torch.Tensor
		var n float64
		for range 5 {
			real, fake := torch.Randn(torch.Shape{8, 5}).Add(1), torch.Randn(torch.Shape{8, 5})
			eps := torch.Rand(torch.Shape{8, 1})
			mix := eps.Mul(real).Add(eps.RSub(1).Mul(fake)).SetRequiresGrad(true)
			out := D.Forward(mix)
			g := torch.Grad([]*torch.Tensor{out}, []*torch.Tensor{mix}, torch.Gradient(torch.OnesLike(out)), torch.CreateGraph(true))[0]
			gp = g.NormP(2, 1).Sub(1).Pow(2).Mean()
			loss = D.Forward(fake).Mean().Sub(D.Forward(real).Mean()).Add(gp.Mul(10))
			opt.ZeroGrad()
			loss.Backward()
			n = nn.ClipGradNorm(nn.Parameters(D), 1.0)
			opt.Step()
		}
		save("loss", loss)
		save("gp", gp)
		save("n", torch.New(n, torch.Float32))
		st := nn.StateDict(D)
		save("w", st[0].Tensor)
		save("b", st[3].Tensor)
		f := func(v *torch.Tensor) *torch.Tensor { return v.Pow(3).Sum().Add(v.Index(0).Mul(v.Index(1)).Sin()) }
		v := torch.Randn(torch.Shape{3}, torch.Float64, torch.RequiresGrad(true))
		var rows []*torch.Tensor
		for _, gi := range torch.Grad([]*torch.Tensor{f(v)}, []*torch.Tensor{v}, torch.CreateGraph(true))[0].Unbind(0) {
			rows = append(rows, torch.Grad([]*torch.Tensor{gi}, []*torch.Tensor{v}, torch.RetainGraph(true))[0])
		}
		save("H", torch.Stack(rows, 0))
		save("hv", torch.Grad([]*torch.Tensor{torch.Grad([]*torch.Tensor{f(v)}, []*torch.Tensor{v},
			torch.CreateGraph(true))[0].Matmul(torch.Ones(torch.Shape{3}, torch.Float64))}, []*torch.Tensor{v})[0])
	}},
	{Name: "training with loaders", Python: `
nn = torch.nn
from torch.utils.data import TensorDataset, DataLoader
x = torch.randn(107, 6); y = (x[:, 0] * x[:, 1] > 0).long()
ds = TensorDataset(x, y)
model = nn.Sequential(nn.Linear(6, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Dropout(0.25), nn.Linear(24, 12), nn.GELU(), nn.LayerNorm(12), nn.Linear(12, 2))
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-4)
adamw = torch.optim.AdamW([{"params": model[0].parameters()}, {"params": model[4].parameters(), "lr": 1e-4}], lr=1e-3, amsgrad=True)
crit = nn.CrossEntropyLoss(label_smoothing=0.1, weight=torch.tensor([1., 2.]))
losses = []
for epoch in range(3):
    for xb, yb in DataLoader(ds, batch_size=17, shuffle=True, drop_last=epoch == 1):
        opt.zero_grad(); adamw.zero_grad()
        loss = crit(model(xb), yb)
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.1)
        opt.step(); adamw.step()
        losses.append(loss.item())
model.eval()
with torch.no_grad():
    correct = sum((model(xb).argmax(1) == yb).sum().item() for xb, yb in DataLoader(ds, batch_size=50))
save(losses=torch.tensor(losses, dtype=torch.float64), correct=correct, w=model[0].weight, rm=model[1].running_mean, rv=model[1].running_var, nb=model[1].num_batches_tracked, p=model(x))
bce = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.)); l1 = nn.L1Loss(reduction="none"); mse = nn.MSELoss(reduction="sum")
a, b = torch.randn(5), torch.rand(5)
save(bce=bce(a, b), l1=l1(a, b), mse=mse(a, b))
emb = nn.Embedding(10, 4, padding_idx=0); gru = nn.GRU(4, 3, num_layers=2, bidirectional=True, batch_first=True)
o, hn = gru(emb(torch.tensor([[1, 2, 0], [4, 5, 6]])))
o.sum().backward()
save(o=o, hn=hn, ge=emb.weight.grad, gg=gru.weight_hh_l1_reverse.grad)
`, Go: func(save func(string, any)) {
		x := torch.Randn(torch.Shape{107, 6})
		y := x.Index(torch.Colon, 0).Mul(x.Index(torch.Colon, 1)).Gt(0).Long()
		ds, err := datasets.NewTensorDataset(x, y)
		if err != nil {
			panic(err)
		}
		l0, l4 := nn.NewLinear(6, 24), (*nn.Linear)(nil)
		bn := nn.NewBatchNorm1d(24)
		l4 = nn.NewLinear(24, 12)
		model := nn.NewSequential(l0, bn, nn.NewReLU(), nn.NewDropout(0.25), l4, nn.NewGELU(), nn.NewLayerNorm(12), nn.NewLinear(12, 2))
		opt := optim.NewSGD(nn.Parameters(model), optim.LR(0.05), optim.Momentum(0.9), optim.Nesterov(true), optim.WeightDecay(1e-4))
		adamw := optim.NewAdamW(nn.Parameters(l0), optim.LR(1e-3), optim.AMSGrad(true))
		adamw.AddParamGroup(nn.Parameters(l4), optim.LR(1e-4))
		crit := nn.NewCrossEntropyLoss(nn.LabelSmoothing(0.1), nn.Weight(torch.New([]float32{1, 2})))
		var losses []float64
		for epoch := range 3 {
			loader, err := datasets.NewBatchLoader(ds, datasets.BatchSize(17), datasets.Shuffle(true), datasets.DropLast(epoch == 1))
			if err != nil {
				panic(err)
			}
			for b, err := range loader.All(context.Background()) {
				if err != nil {
					panic(err)
				}
				opt.ZeroGrad()
				adamw.ZeroGrad()
				loss := crit.Forward(model.Forward(b[0]), b[1])
				loss.Backward()
				nn.ClipGradValue(nn.Parameters(model), 0.1)
				opt.Step()
				adamw.Step()
				losses = append(losses, loss.Item())
			}
		}
		nn.Eval(model)
		correct := 0
		torch.NoGrad(func() {
			loader, _ := datasets.NewBatchLoader(ds, datasets.BatchSize(50))
			for b, err := range loader.All(context.Background()) {
				if err != nil {
					panic(err)
				}
				correct += int(model.Forward(b[0]).Argmax(1).Eq(b[1]).Sum().ItemInt())
			}
		})
		save("losses", torch.New(losses, torch.Float64))
		save("correct", correct)
		for _, s := range nn.StateDict(model) {
			switch s.Name {
			case "0.weight":
				save("w", s.Tensor)
			case "1.running_mean":
				save("rm", s.Tensor)
			case "1.running_var":
				save("rv", s.Tensor)
			case "1.num_batches_tracked":
				save("nb", s.Tensor)
			}
		}
		save("p", model.Forward(x))
		a, b := torch.Randn(torch.Shape{5}), torch.Rand(torch.Shape{5})
		save("bce", nn.NewBCEWithLogitsLoss(nn.PosWeight(torch.New(float32(3)))).Forward(a, b))
		save("l1", nn.NewL1Loss(nn.Reduction("none")).Forward(a, b))
		save("mse", nn.NewMSELoss(nn.Reduction("sum")).Forward(a, b))
		emb := nn.NewEmbedding(10, 4, nn.PaddingIdx(0))
		gru := nn.NewGRU(4, 3, nn.NumLayers(2), nn.Bidirectional(true), nn.BatchFirst(true))
		o, hn := gru.Forward(emb.Forward(torch.New([][]int{{1, 2, 0}, {4, 5, 6}})), nil)
		o.Sum().Backward()
		save("o", o)
		save("hn", hn)
		save("ge", nn.Parameters(emb)[0].Grad())
		for _, p := range nn.NamedParameters(gru) {
			if p.Name == "weight_hh_l1_reverse" {
				save("gg", p.Parameter.Grad())
			}
		}
	}},
}

func TestProgramsAsInPython(t *testing.T) { twin.RunPrograms(t, []int64{3, 2026}, programs) }

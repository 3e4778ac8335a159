package optim_test

import (
	"fmt"
	"maps"
	"testing"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/twin"
)

// A group that comes after some steps, with parameters of several dtypes, in the way of every optimizer.
func TestGroupsAddedMidway(t *testing.T) {
	params, grads := problem()
	inputs := maps.Clone(params)
	for _, name := range []string{"matrix", "vector", "double", "turned"} {
		for i, g := range grads[name] {
			inputs[fmt.Sprintf("%s.%d", name, i)] = g
		}
	}
	table := map[string]func(ps []*nn.Parameter) (opt optim.Optimizer, add func(ps []*nn.Parameter)){}
	midway(table, "Adam", optim.NewAdam, (*optim.Adam).AddParamGroup)
	midway(table, "AdamW", optim.NewAdamW, func(a *optim.AdamW, ps []*nn.Parameter, o ...optim.AdamOption) { a.AddParamGroup(ps, o...) })
	midway(table, "Adamax", optim.NewAdamax, (*optim.Adamax).AddParamGroup)
	midway(table, "NAdam", optim.NewNAdam, (*optim.NAdam).AddParamGroup)
	midway(table, "RAdam", optim.NewRAdam, (*optim.RAdam).AddParamGroup)
	midway(table, "Adadelta", optim.NewAdadelta, (*optim.Adadelta).AddParamGroup)
	midway(table, "Rprop", optim.NewRprop, (*optim.Rprop).AddParamGroup)
	midway(table, "ASGD", optim.NewASGD, (*optim.ASGD).AddParamGroup)
	midway(table, "RMSprop", optim.NewRMSprop, (*optim.RMSprop).AddParamGroup)
	midway(table, "Lion", optim.NewLion, (*optim.Lion).AddParamGroup)
	midway(table, "Adafactor", optim.NewAdafactor, (*optim.Adafactor).AddParamGroup)
	var calls []string
	for call := range table {
		calls = append(calls, call)
	}
	want := twin.Run(t, references+`
names = ["matrix", "vector", "double", "turned"]
for call in args:
    ps = [inputs[n].clone().requires_grad_() for n in names]
    opt = {**references, **vars(torch.optim)}[call](ps[:2], lr=0.05)
    for i in range(60):
        if i == 20:
            opt.add_param_group({"params": ps[2:], "lr": 0.02})
        for n, p in zip(names, ps):
            p.grad = inputs["%s.%d" % (n, i)].clone()
        opt.step()
    for n, p in zip(names, ps):
        out[call + n] = p
`, inputs, calls...)
	for call, make := range table {
		var ps []*nn.Parameter
		names := []string{"matrix", "vector", "double", "turned"}
		for _, n := range names {
			ps = append(ps, nn.NewParameter(params[n].Clone()))
		}
		opt, add := make(ps[:2])
		for i := range 60 {
			if i == 20 {
				add(ps[2:])
			}
			for j, p := range ps {
				p.SetGrad(grads[names[j]][i].Clone())
			}
			opt.Step()
		}
		for j, p := range ps {
			twin.RequireEqual(t, want[call+names[j]], p.Detach(), call, " ", names[j])
		}
	}
}

// midway puts an optimizer into the table, and how a group is added to it. Its option of the rate has no common type.
func midway[O optim.Optimizer, Option any](
	table map[string]func([]*nn.Parameter) (optim.Optimizer, func([]*nn.Parameter)), name string,
	make func([]*nn.Parameter, ...Option) O, add func(O, []*nn.Parameter, ...Option),
) {
	lr := func(rate float64) Option { return any(optim.LR(rate)).(Option) }
	table[name] = func(ps []*nn.Parameter) (optim.Optimizer, func([]*nn.Parameter)) {
		opt := make(ps, lr(0.05))
		return opt, func(more []*nn.Parameter) { add(opt, more, lr(0.02)) }
	}
}

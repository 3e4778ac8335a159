package utils

import (
	"reflect"

	"multitorch/nn"
	"multitorch/torch"
)

// FuseConvBNEval is a convolution, also a transposed one, that does what one and the batch norm behind it do in
// evaluation, as torch.nn.utils.fuse_conv_bn_eval. Both are left as they are.
func FuseConvBNEval[C nn.Module](conv C, bn nn.Module) C {
	n := statistics("FuseConvBNEval", conv, bn)
	w, b := parameter(conv, "weight"), parameter(conv, "bias")
	shape := make([]int, w.Dim())
	for i := range shape {
		shape[i] = 1
	}
	shape[outputs(conv)] = -1
	var weight, bias *torch.Tensor
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			scale := s.Own(s.Own(n.variance.Add(n.eps)).Rsqrt())
			gamma, beta, before := n.or(s, n.weight, 1), n.or(s, n.bias, 0), n.or(s, b, 0)
			weight = w.Mul(s.Own(gamma.Mul(scale)).Reshape(shape...)).Keep()
			bias = s.Own(before.Sub(n.mean)).Mul(scale).Mul(gamma).Add(beta).Keep()
		})
	})
	return with(conv, weight, bias)
}

// FuseLinearBNEval is [FuseConvBNEval] for a linear layer, as torch.nn.utils.fuse_linear_bn_eval.
func FuseLinearBNEval(linear *nn.Linear, bn nn.Module) *nn.Linear {
	n := statistics("FuseLinearBNEval", linear, bn)
	var weight, bias *torch.Tensor
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			w, before := parameter(linear, "weight"), n.or(s, parameter(linear, "bias"), 0)
			if out, features := w.Size(0), n.mean.Numel(); out != features && features != 1 {
				panic(invalid("FuseLinearBNEval", "expected a batch norm of %d features, or of 1, but got one of %d", out, features))
			}
			scale := s.Own(n.or(s, n.weight, 1).Mul(s.Own(s.Own(n.variance.Add(n.eps)).Rsqrt())))
			weight = w.Mul(scale.Unsqueeze(-1)).Keep()
			bias = s.Own(before.Sub(n.mean)).Mul(scale).Add(n.or(s, n.bias, 0)).Keep()
		})
	})
	return with(linear, weight, bias)
}

// norms is a batch norm in evaluation.
type norms struct {
	mean, variance, weight, bias *torch.Tensor // the latter two may be nil
	eps                          float64
}

func statistics(op string, m, bn nn.Module) norms {
	if isTraining(m) || isTraining(bn) {
		panic(invalid(op, "expected both in evaluation: nn.Eval puts them there"))
	}
	c, ok := bn.(interface{ Config() nn.NormConfig })
	n := norms{weight: parameter(bn, "weight"), bias: parameter(bn, "bias")}
	for _, b := range nn.NamedBuffers(bn) {
		switch b.Name {
		case "running_mean":
			n.mean = b.Tensor
		case "running_var":
			n.variance = b.Tensor
		}
	}
	if !ok || n.mean == nil || n.variance == nil {
		panic(invalid(op, "expected a batch norm with running averages, but got %s", nn.Describe(bn)))
	}
	n.eps = c.Config().Eps
	return n
}

// or is t, or a number for each feature where there is none.
func (n norms) or(s *torch.Scope, t *torch.Tensor, value float64) *torch.Tensor {
	if t != nil {
		return t
	}
	return s.Own(torch.FullLike(n.mean, value))
}

// parameter is what a module's own parameter shows, or nil.
func parameter(m nn.Module, name string) *torch.Tensor {
	for _, p := range nn.NamedParameters(m) {
		if p.Name == name {
			return p.Tensor
		}
	}
	return nil
}

// with is a copy of a module with another weight and bias.
func with[M nn.Module](m M, weight, bias *torch.Tensor) M {
	c := nn.Clone(m)
	fields := reflect.ValueOf(c).Elem()
	fields.FieldByName("Weight").Set(reflect.ValueOf(nn.NewParameter(weight)))
	fields.FieldByName("Bias").Set(reflect.ValueOf(nn.NewParameter(bias)))
	return c
}

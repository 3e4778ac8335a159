// Package prune sets a share of a module's weight to zero and keeps it there, as torch.nn.utils.prune:
//
//	prune.L1Unstructured(fc, "weight", 0.3)     // three tenths of its elements, the smallest ones
//	prune.LnStructured(conv, "weight", 2, 2, 0) // two of its channels
//	prune.Remove(fc, "weight")                  // makes it a plain weight with zeros
//
// Meanwhile the state has weight_orig, which is trained, and weight_mask. Pruning again prunes of what is left.
package prune

import (
	"fmt"
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// Amount is how much is pruned: a number of elements or channels, or as a float64 the share of them.
type Amount interface{ int | float64 }

// amount is an Amount.
type amount struct {
	n     int
	share float64
	whole bool
}

func amountOf[A Amount](a A) amount {
	var c amount
	switch a := any(a).(type) {
	case int:
		c = amount{n: a, whole: true}
	case float64:
		c = amount{share: a}
	}
	if c.n < 0 || !(c.share >= 0 && c.share <= 1) {
		panic(invalid("amount must be a share in [0, 1] or a number from 0, but got %v", a))
	}
	return c
}

// of is how many of size are pruned.
func (a amount) of(size int) int {
	n := a.n
	if !a.whole {
		n = int(math.RoundToEven(a.share * float64(size)))
	}
	if n > size {
		panic(invalid("amount must be at most what there is to be pruned, %d, but got %d", size, n))
	}
	return n
}

// Target is a parameter of a module.
type Target struct {
	Module nn.Module
	Name   string
}

// Method says what is pruned of a tensor: [ByMagnitude], [AtRandom]. It is for [GlobalUnstructured].
type Method struct {
	mask func(s *torch.Scope, t, mask *torch.Tensor) *torch.Tensor
}

// ByMagnitude prunes an amount of elements, the smallest ones.
func ByMagnitude[A Amount](a A) Method { return unstructured(amountOf(a), false) }

// AtRandom prunes an amount of elements by chance.
func AtRandom[A Amount](a A) Method { return unstructured(amountOf(a), true) }

func unstructured(a amount, random bool) Method {
	return Method{func(s *torch.Scope, t, mask *torch.Tensor) *torch.Tensor {
		mask = s.Own(mask.Clone())
		n := a.of(t.Numel())
		if n == 0 {
			return mask
		}
		var values, indices *torch.Tensor
		if random {
			values, indices = s.Own(torch.RandLike(t)).View(-1).Topk(n, -1)
		} else {
			values, indices = topk.Call2(s.Own(s.Own(t.Abs()).View(-1)), n, -1, false)
		}
		s.Own(values)
		s.Own(s.Own(mask).View(-1)).IndexFillInplace(0, s.Own(indices), 0)
		return mask
	}}
}

var topk = torch.NewOperator("aten::topk", "self", "k", "dim", "largest")

// Identity prunes nothing, so that a weight has a mask.
func Identity(m nn.Module, name string) {
	prune(m, name, nil, func(_ *torch.Scope, _, mask *torch.Tensor, _ bool) *torch.Tensor { return mask })
}

// RandomUnstructured prunes an amount of a parameter's elements by chance.
func RandomUnstructured[A Amount](m nn.Module, name string, a A) {
	prune(m, name, nil, AtRandom(a).within)
}

// L1Unstructured prunes an amount of a parameter's elements: the smallest ones, or those with the smallest scores, if such
// are given, of the parameter's shape.
func L1Unstructured[A Amount](m nn.Module, name string, a A, scores ...*torch.Tensor) {
	prune(m, name, scores, ByMagnitude(a).within)
}

// within prunes of the elements that are left.
func (m Method) within(s *torch.Scope, t, mask *torch.Tensor, again bool) *torch.Tensor {
	if !again {
		return m.mask(s, t, mask)
	}
	left := s.Own(mask.Eq(1))
	places := s.Own(s.Own(s.Own(left.View(-1)).Nonzero()).Squeeze(1))
	pick := func(x *torch.Tensor) *torch.Tensor { return s.Own(s.Own(x.Reshape(-1)).IndexSelect(0, places)) }
	part := m.mask(s, pick(t), pick(mask))
	merged := copied(s, mask, t.DType())
	indexCopy.Do(s.Own(merged.View(-1)), 0, places, part)
	return merged
}

var indexCopy = torch.NewOperator("aten::index_copy_", "self", "dim", "index", "source")

// CustomFromMask prunes what is zero in a mask of the parameter's shape.
func CustomFromMask(m nn.Module, name string, mask *torch.Tensor) {
	prune(m, name, nil, func(s *torch.Scope, t, before *torch.Tensor, _ bool) *torch.Tensor {
		sameShape(before, mask, "mask")
		return before.Mul(copied(s, mask, before.DType()))
	})
}

// GlobalUnstructured prunes of several parameters as if they were one: an amount of all of them together.
func GlobalUnstructured(targets []Target, method Method) {
	if len(targets) == 0 || method.mask == nil {
		panic(invalid("expected parameters and a method, ByMagnitude or AtRandom"))
	}
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			var all, masks []*torch.Tensor
			var shapes []torch.Shape
			for _, t := range targets {
				p := nn.ParameterOf(t.Module, t.Name)
				value := value(s, p)
				all, shapes = append(all, s.Own(value.Reshape(-1))), append(shapes, value.Shape())
				if d := prunedOf(t.Module, t.Name); d != nil {
					masks = append(masks, s.Own(d.mask.Reshape(-1)))
				} else {
					masks = append(masks, s.Own(s.Own(torch.OnesLike(value)).View(-1)))
				}
			}
			mask := method.within(s, torch.Cat(all, 0), torch.Cat(masks, 0), true)
			at := 0
			for i, t := range targets {
				n := all[i].Numel()
				CustomFromMask(t.Module, t.Name, s.Own(mask.Narrow(0, at, n)).View(shapes[i]...))
				at += n
			}
		})
	})
}

// IsPruned reports whether a parameter of a module, or of one below it, is pruned.
func IsPruned(m nn.Module) bool {
	for _, sub := range nn.Modules(m) {
		for _, name := range nn.Derivations(sub) {
			if prunedOf(sub, name) != nil {
				return true
			}
		}
	}
	return false
}

// Remove makes a pruned parameter one of its own again, with zeros where it was pruned.
func Remove(m nn.Module, name string) {
	d := prunedOf(m, name)
	if d == nil {
		panic(invalid("parameter %q has to be pruned before pruning can be removed", name))
	}
	var value *torch.Tensor
	torch.NoGrad(func() { value = d.Compute() })
	nn.SetDerivation(m, name, nil)
	nn.ParameterOf(m, name).SetData(value)
}

// pruned is a parameter with its mask.
type pruned struct {
	orig *nn.Parameter
	mask *nn.Buffer
}

// Compute is the parameter with its zeros.
func (d *pruned) Compute() *torch.Tensor { return d.mask.Mul(d.orig.Tensor) }

func prunedOf(m nn.Module, name string) *pruned {
	if d := nn.DerivationOf(m, name); d != nil {
		p, _ := d.Source.(*pruned)
		return p
	}
	return nil
}

// copied is a copy of another dtype.
func copied(s *torch.Scope, t *torch.Tensor, d torch.DType) *torch.Tensor {
	x := t.To(d)
	if x == t {
		x = t.Clone()
	}
	return s.Own(x)
}

func value(s *torch.Scope, p *nn.Parameter) *torch.Tensor {
	if v := p.Value(); v != p.Tensor {
		return s.Own(v)
	}
	return p.Tensor
}

// prune gives a parameter a mask, or another one.
func prune(m nn.Module, name string, scores []*torch.Tensor, f func(s *torch.Scope, t, mask *torch.Tensor, again bool) *torch.Tensor) {
	p := nn.ParameterOf(m, name)
	d := prunedOf(m, name)
	if d == nil && nn.DerivationOf(m, name) != nil {
		panic(invalid("%s is derived of others already", name))
	}
	orig := p
	if d != nil {
		orig = d.orig
	}
	var mask *torch.Tensor
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			t := value(s, p)
			before := s.Own(torch.OnesLike(t))
			if d != nil {
				before = d.mask.Tensor
			}
			if len(scores) > 0 && scores[0] != nil {
				sameShape(t, scores[0], "scores")
				t = scores[0]
			}
			made := f(s, t, before, d != nil)
			mask = copied(s, made, orig.DType()).Keep()
		})
	})
	fresh := &pruned{&nn.Parameter{Tensor: orig.Tensor}, nn.NewBuffer(mask)}
	nn.SetDerivation(m, name, &nn.Derivation{
		Source:  fresh,
		Members: []nn.Member{{Name: name + "_orig", Value: fresh.orig}, {Name: name + "_mask", Value: fresh.mask}},
	})
}

func invalid(format string, args ...any) *torch.Error {
	return &torch.Error{Op: "prune", Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

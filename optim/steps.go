package optim

import "multitorch/torch"

// What steps of several optimizers have in common.

// decayed are the gradients that a step goes on with: of their other sign for one that climbs, and with the weight decay
// as a term. PyTorch's lists used to add it into the gradients themselves, and take complex numbers as pairs here already.
func (b *Batch) decayed(maximize bool, weightDecay float64) List {
	if b.foreach && running().listsAsReal {
		b = b.real()
	}
	grads := b.Grads
	if maximize {
		grads = grads.Neg()
	}
	switch {
	case weightDecay == 0:
		return grads
	case maximize || b.foreach && running().decaysGrads:
		return grads.AddInplace(b.Params, weightDecay)
	}
	return grads.Add(b.Params, weightDecay)
}

// real is the batch with parameters and gradients that are views of complex numbers as pairs.
func (b *Batch) real() *Batch {
	r := *b
	r.Params, r.Grads = b.Params.Real(), b.Grads.Real()
	return &r
}

// average moves l, an average that decays by beta, on by a value.
func (l List) average(value List, beta float64) {
	if running().lerps {
		l.LerpInplace(value, 1-beta)
	} else {
		l.MulInplace(beta).AddInplace(value, 1-beta)
	}
}

// averageSquare moves l, an average of squares that decays by beta, on by a value's.
func (l List) averageSquare(value List, beta float64) {
	l.MulInplace(beta).AddcmulInplace(value, value, 1-beta)
}

// decoupledOr shrinks the parameters where the weight decay is decoupled, and is what [Batch.decayed] is otherwise.
func (b *Batch) decoupledOr(lr float64, maximize, decoupled bool, weightDecay float64) List {
	if !decoupled || weightDecay == 0 {
		return b.decayed(maximize, weightDecay)
	}
	b.Params.Real().MulInplace(1 - float64(lr*weightDecay))
	return b.decayed(maximize, 0)
}

// where are the masks of what an operator finds beside a number.
func (l List) where(is *torch.Operator, number float64) []*torch.Tensor {
	masks := make([]*torch.Tensor, len(l.tensors))
	for i, t := range l.tensors {
		masks[i] = is.CallIn(l.batch.scope, t, number)
	}
	return masks
}

// fill sets what masks say to a value.
func (l List) fill(masks []*torch.Tensor, value float64) {
	for i, t := range l.tensors {
		fillTo.Do(t, masks[i], value)
	}
}

func (l List) fillWhere(is *torch.Operator, number, value float64) {
	l.fill(l.where(is, number), value)
}

// filled is a tensor like a parameter, full of a number; of complex ones in both parts.
func filled(p *torch.Tensor, number float64) *torch.Tensor {
	full := torch.EmptyLike(p)
	if p.IsComplex() {
		full.ViewAsReal().FillInplace(number)
		return full
	}
	return full.FillInplace(number)
}

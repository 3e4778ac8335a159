package optim

import "multitorch/torch"

// lbfgsStep is a step of LBFGS, in the names of PyTorch's code. Up to its end the state stays as it was.
type lbfgsStep struct {
	*LBFGS
	*Group
	c       *LBFGSConfig
	scope   *torch.Scope
	closure Closure
	lbfgsState
}

func (r *lbfgsStep) run() *torch.Tensor {
	r.recall()
	origLoss := r.evaluate()
	loss, evals := r.float(origLoss), 1
	r.funcEvals++
	flatGrad := r.gather()
	if r.flat(flatGrad) {
		r.SetValue(r.Params[0], funcEvals, r.funcEvals)
		r.SetValue(r.Params[0], nIter, r.nIter)
		return origLoss
	}
	for n := 1; ; n++ {
		r.nIter++
		r.direct(flatGrad)
		r.prevFlatGrad, r.prevLoss = flatGrad, loss
		r.t = float(r.LR)
		if r.nIter == 1 {
			r.t = smaller(float(1), tensor(flatGrad.Abs().Sum().RDiv(1))).mul(r.t)
		}
		gtd := tensor(flatGrad.Dot(r.d))
		if float(-r.c.ToleranceChange).less(gtd) {
			break
		}
		flat, calls := false, 0
		switch {
		case r.c.LineSearchFn != "":
			most := 25
			if running().searchesToMaxEval {
				most = r.c.MaxEval - evals
			}
			loss, flatGrad, r.t, calls = r.search(most, loss, flatGrad, gtd)
			r.move(r.t)
			flat = r.flat(flatGrad)
		case n < r.c.MaxIter: // the last iteration's gradients would not be used
			r.move(r.t)
			loss = r.float(r.evaluate())
			flatGrad, calls = r.gather(), 1
			flat = r.flat(flatGrad)
		default:
			r.move(r.t)
		}
		evals += calls
		r.funcEvals += int64(calls)
		if n == r.c.MaxIter || evals >= r.c.MaxEval || flat || r.standsStill() ||
			float(loss-r.prevLoss).abs().less(float(r.c.ToleranceChange)) {
			break
		}
	}
	r.remember()
	return origLoss
}

// direct finds the direction to go.
func (r *lbfgsStep) direct(flatGrad *torch.Tensor) {
	if r.nIter == 1 {
		r.d, r.oldDirs, r.oldSteps, r.ro, r.hDiag = flatGrad.Neg(), nil, nil, nil, float(1)
		return
	}
	y := flatGrad.Sub(r.prevFlatGrad)
	s := r.scope.Own(r.d.Mul(r.t.operand()))
	if ys := y.Dot(s); ys.Gt(1e-10).ItemBool() {
		if len(r.oldDirs) == r.c.HistorySize {
			r.oldDirs, r.oldSteps, r.ro = r.oldDirs[1:], r.oldSteps[1:], r.ro[1:]
		}
		r.oldDirs, r.oldSteps, r.ro = append(r.oldDirs, y), append(r.oldSteps, s), append(r.ro, ys.RDiv(1))
		r.hDiag = tensor(ys.Div(y.Dot(y)))
	}
	al := make([]*torch.Tensor, len(r.oldDirs))
	q := flatGrad.Neg()
	for i := len(al) - 1; i >= 0; i-- {
		al[i] = r.oldSteps[i].Dot(q).Mul(r.ro[i])
		q.AddScaledInplace(r.oldDirs[i], -al[i].Item())
	}
	r.d = q.Mul(r.hDiag.operand())
	for i := range al {
		be := r.oldDirs[i].Dot(r.d).Mul(r.ro[i])
		r.d.AddScaledInplace(r.oldSteps[i], al[i].Sub(be).Item())
	}
}

func (r *lbfgsStep) evaluate() (loss *torch.Tensor) {
	torch.EnableGrad(func() { loss = r.closure() })
	if loss == nil {
		r.refuse(torch.TypeError, "expected the closure to return the loss, but it returned nil")
	}
	return loss
}

// float is a loss as a number, of which less is better.
func (r *lbfgsStep) float(loss *torch.Tensor) float64 {
	if r.c.Maximize {
		return -loss.Item()
	}
	return loss.Item()
}

// gather joins the gradients into one vector.
func (r *lbfgsStep) gather() *torch.Tensor {
	grads := torch.Grads(r.scope, tensorsOf(r.Params))
	for i, g := range grads {
		switch p := r.Params[i]; {
		case g == nil:
			g = r.scope.Own(torch.Zeros(torch.Shape{p.Numel()}, p.DType(), p.Device()))
		case torch.TraitsOf(g).Sparse:
			g = toDense.CallIn(r.scope, g)
		}
		if g.IsComplex() {
			g = realView.CallIn(r.scope, g)
		}
		grads[i] = g
	}
	all := flatten(r.scope, grads)
	if r.c.Maximize {
		return all.Neg()
	}
	return all
}

// flatten joins tensors into one vector with memory of its own.
func flatten(s *torch.Scope, ts []*torch.Tensor) *torch.Tensor {
	if len(ts) == 1 { // of which the operator for many would give a view
		return clone.one.CallIn(s, ts[0]).View(-1)
	}
	return flattenTensors.CallIn(s, ts)
}

// flat says whether the gradients are so small that the step is at its end.
func (r *lbfgsStep) flat(grads *torch.Tensor) bool {
	return grads.Abs().Max().Le(r.c.ToleranceGrad).ItemBool()
}

func (r *lbfgsStep) standsStill() bool {
	return r.scope.Own(r.d.Mul(r.t.operand())).Abs().Max().Le(r.c.ToleranceChange).ItemBool()
}

// move goes t far in the direction.
func (r *lbfgsStep) move(t scalar) {
	params := tensorsOf(r.Params)
	for i, p := range params {
		if p.IsComplex() {
			params[i] = realView.CallIn(r.scope, p)
		}
	}
	ways := unflattenTensors.ListIn(r.scope, r.d, params)
	if !r.d.Device().IsCUDA() {
		addTo.list.Do(params, ways, t.float()) // goes through them one by one
		return
	}
	far := t.float()
	for i, p := range params {
		p.AddScaledInplace(ways[i], far)
	}
}

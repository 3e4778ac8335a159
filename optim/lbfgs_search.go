package optim

import "multitorch/torch"

// point is what is known of a place on the way: how far it is, and the loss, the gradients and the slope there.
type point struct {
	t   scalar
	f   float64
	g   *torch.Tensor
	gtd scalar
}

// The strong Wolfe conditions: the loss falls by that share of what the slope promises, and the slope by that.
const (
	wolfeFall  = 1e-4
	wolfeSlope = 0.9
)

// search is PyTorch's _strong_wolfe: it looks along the direction for a place that fulfils the Wolfe conditions, in at
// most as many tries, and leaves the parameters where they are. Of the place it returns loss, gradients and distance.
func (r *lbfgsStep) search(most int, f float64, g *torch.Tensor, gtd scalar) (float64, *torch.Tensor, scalar, int) {
	norm := tensor(r.d.Abs().Max())
	origin := point{float(0), f, g, gtd}
	calls, tries := 0, 0
	at := make([]*torch.Tensor, len(r.Params))
	for i, p := range r.Params {
		at[i] = r.scope.Own(p.Clone())
	}
	try := func(t scalar) point {
		calls++
		r.move(t)
		p := point{t: t, f: r.float(r.evaluate())}
		p.g = r.gather()
		for i, x := range at {
			r.Params[i].CopyInplace(x)
		}
		p.gtd = tensor(p.g.Dot(r.d))
		return p
	}
	high := func(p point) bool { // above the line that the slope promises
		return float(f).add(float(wolfeFall).mul(p.t).mul(gtd)).less(float(p.f))
	}
	level := func(p point) bool { return p.gtd.abs().atMost(float(-wolfeSlope).mul(gtd)) }

	// Go on until the place lies between two.
	var bracket []point
	done := false
	before, now := origin, try(r.t)
	for bracket == nil && tries < most {
		switch {
		case high(now) || tries > 1 && now.f >= before.f:
			bracket = []point{before, now}
		case level(now):
			bracket, done = []point{now}, true
		case float(0).atMost(now.gtd):
			bracket = []point{before, now}
		default:
			least := now.t.add(float(0.01).mul(now.t.sub(before.t)))
			t := interpolate(before, now, least, now.t.mul(float(10)))
			before, now = now, try(t)
			tries++
		}
	}
	if tries >= most {
		bracket = []point{origin, now}
	}

	// Narrow it down.
	low, top := lowest(bracket)
	for stuck := false; !done && tries < most; tries++ {
		a, b := bracket[0].t, bracket[1].t
		if b.sub(a).abs().mul(norm).less(float(r.c.ToleranceChange)) {
			break
		}
		left, right := a, b
		if !a.atMost(b) {
			left, right = b, a
		}
		t := interpolate(bracket[0], bracket[1], left, right)
		t, stuck = inside(t, smaller(a, b), larger(a, b), stuck)
		p := try(t)
		if high(p) || p.f >= bracket[low].f {
			bracket[top] = p
			low, top = lowest(bracket)
			continue
		}
		if level(p) {
			done = true
		} else if float(0).atMost(p.gtd.mul(bracket[top].t.sub(bracket[low].t))) {
			bracket[top] = bracket[low]
		}
		bracket[low] = p
	}
	if low >= len(bracket) {
		r.refuse(torch.IndexError, "the line search met a loss that is NaN")
	}
	return bracket[low].f, bracket[low].g, bracket[low].t, calls
}

// lowest is which end of a bracket has the lower loss, and which the higher.
func lowest(bracket []point) (low, high int) {
	if bracket[0].f <= bracket[len(bracket)-1].f {
		return 0, 1
	}
	return 1, 0
}

// inside moves a place that is too near to one of the ends a tenth of the way off, the second time in a row or where it is
// beyond. It returns whether it was too near and not moved.
func inside(t, left, right scalar, stuck bool) (scalar, bool) {
	eps := float(0.1).mul(right.sub(left))
	if !smaller(right.sub(t), t.sub(left)).less(eps) {
		return t, false
	}
	if !stuck && !right.atMost(t) && !t.atMost(left) {
		return t, true
	}
	if t.sub(right).abs().less(t.sub(left).abs()) {
		return right.sub(eps), false
	}
	return left.add(eps), false
}

// interpolate is where the cubic through two points, with their slopes, is lowest, within the bounds.
func interpolate(a, b point, least, most scalar) scalar {
	x1, x2, g1, g2 := a.t, b.t, a.gtd, b.gtd
	d1 := g1.add(g2).sub(float(3 * (a.f - b.f)).div(x1.sub(x2)))
	square := tensor(d1.t.Pow(2)).sub(g1.mul(g2))
	if !float(0).atMost(square) {
		return least.add(most).div(float(2))
	}
	d2 := tensor(square.t.Sqrt())
	if !x1.atMost(x2) {
		x1, x2, g1, g2 = x2, x1, g2, g1
	}
	slopes := g2.sub(g1).add(float(2).mul(d2))
	lowest := x2.sub(x2.sub(x1).mul(g2.add(d2).sub(d1).div(slopes)))
	return smaller(larger(lowest, least), most)
}

package distributions

import "multitorch/distributions/constraints"

// BijectTo is a bijective transform from the free space onto a constraint's, as torch.distributions.biject_to.
func BijectTo(c constraints.Constraint) Transform { return onto("biject_to", c, true) }

// TransformTo is a transform from the free space onto a constraint's, as torch.distributions.transform_to: one that
// optimizers like, which need not be bijective.
func TransformTo(c constraints.Constraint) Transform { return onto("transform_to", c, false) }

func onto(op string, c constraints.Constraint, biject bool) Transform {
	switch c {
	case nil:
		panic(wrongType(op, "the constraint is nil"))
	case constraints.Real:
		return NewComposeTransform()
	case constraints.CorrCholesky:
		return NewCorrCholeskyTransform()
	case constraints.Simplex:
		if biject {
			return NewStickBreakingTransform()
		}
		return NewSoftmaxTransform()
	case constraints.LowerCholesky:
		if !biject {
			return NewLowerCholeskyTransform()
		}
	case constraints.PositiveDefinite, constraints.PositiveSemidefinite:
		if !biject && since(2, 0) {
			return NewPositiveDefiniteTransform()
		}
	}
	switch c := c.(type) {
	case constraints.IndependentConstraint:
		return NewIndependentTransform(onto(op, c.Base, biject), c.ReinterpretedBatchNDims)
	case constraints.Bounded:
		if !c.IsDiscrete() {
			return ontoBounds(c)
		}
	case constraints.Joined:
		parts := make([]Transform, len(c.Parts))
		for i, p := range c.Parts {
			parts[i] = onto(op, p, biject)
		}
		if c.Lengths == nil {
			return NewStackTransform(parts, c.Dim)
		}
		return NewCatTransform(parts, c.Dim, c.Lengths)
	}
	panic(notImplemented(op, "it has no transform for the constraint %s", c))
}

func ontoBounds(c constraints.Bounded) Transform {
	lower, upper := c.LowerBound(), c.UpperBound()
	switch {
	case upper == nil:
		return NewComposeTransform(NewExpTransform(), NewAffineTransform(lower, 1))
	case lower == nil:
		return NewComposeTransform(NewExpTransform(), NewAffineTransform(upper, -1))
	}
	if isNumber(lower) && isNumber(upper) {
		l, u := toFloat(lower), toFloat(upper)
		if l == 0 && u == 1 {
			return NewSigmoidTransform()
		}
		return NewComposeTransform(NewSigmoidTransform(), NewAffineTransform(l, u-l))
	}
	b := broadcastAll("Interval", "lower_bound upper_bound", lower, upper)
	return NewComposeTransform(NewSigmoidTransform(), NewAffineTransform(lower, b[1].Sub(b[0])))
}

package torch

import "multitorch/internal/libtorch"

var (
	opExp2              = libtorch.NewOp("aten::exp2")
	opExp2Inplace       = libtorch.NewOp("aten::exp2_")
	opExpm1             = libtorch.NewOp("aten::expm1")
	opExpm1Inplace      = libtorch.NewOp("aten::expm1_")
	opLog2              = libtorch.NewOp("aten::log2")
	opLog2Inplace       = libtorch.NewOp("aten::log2_")
	opLog10             = libtorch.NewOp("aten::log10")
	opLog10Inplace      = libtorch.NewOp("aten::log10_")
	opErf               = libtorch.NewOp("aten::erf")
	opErfInplace        = libtorch.NewOp("aten::erf_")
	opErfc              = libtorch.NewOp("aten::erfc")
	opErfcInplace       = libtorch.NewOp("aten::erfc_")
	opErfinv            = libtorch.NewOp("aten::erfinv")
	opErfinvInplace     = libtorch.NewOp("aten::erfinv_")
	opLgamma            = libtorch.NewOp("aten::lgamma")
	opLgammaInplace     = libtorch.NewOp("aten::lgamma_")
	opDigamma           = libtorch.NewOp("aten::digamma")
	opDigammaInplace    = libtorch.NewOp("aten::digamma_")
	opI0                = libtorch.NewOp("aten::i0")
	opI0Inplace         = libtorch.NewOp("aten::i0_")
	opExpInplace        = libtorch.NewOp("aten::exp_")
	opLogInplace        = libtorch.NewOp("aten::log_")
	opLog1pInplace      = libtorch.NewOp("aten::log1p_")
	opSqrtInplace       = libtorch.NewOp("aten::sqrt_")
	opRsqrtInplace      = libtorch.NewOp("aten::rsqrt_")
	opSquareInplace     = libtorch.NewOp("aten::square_")
	opReciprocalInplace = libtorch.NewOp("aten::reciprocal_")
	opSigmoidInplace    = libtorch.NewOp("aten::sigmoid_")
	opReluInplace       = libtorch.NewOp("aten::relu_")
	opPolygamma         = libtorch.NewOp("aten::polygamma")
	opPolygammaInplace  = libtorch.NewOp("aten::polygamma_")
	opMvlgamma          = libtorch.NewOp("aten::mvlgamma")
	opMvlgammaInplace   = libtorch.NewOp("aten::mvlgamma_")
	opIgamma            = libtorch.NewOp("aten::igamma")
	opIgammaInplace     = libtorch.NewOp("aten::igamma_")
	opIgammac           = libtorch.NewOp("aten::igammac")
	opIgammacInplace    = libtorch.NewOp("aten::igammac_")
	opLogit             = libtorch.NewOp("aten::logit")
	opLogitInplace      = libtorch.NewOp("aten::logit_")
	opXlogyTensor       = libtorch.NewOp("aten::xlogy.Tensor")
	opXlogyScalarOther  = libtorch.NewOp("aten::xlogy.Scalar_Other")
	opXlogyTensorI      = libtorch.NewOp("aten::xlogy_.Tensor")
	opXlogyScalarOtherI = libtorch.NewOp("aten::xlogy_.Scalar_Other")
	opLogaddexp         = libtorch.NewOp("aten::logaddexp")
	opLogaddexp2        = libtorch.NewOp("aten::logaddexp2")
)

// Exp2 is 2 to the power of x, elementwise.
func (x *Tensor) Exp2() *Tensor { return do1(opExp2, x) }

// Exp2Inplace is Exp2 into x itself.
func (x *Tensor) Exp2Inplace() *Tensor { return inplace1(opExp2Inplace, x) }

// Expm1 is exp(x) - 1, exact near 0, elementwise.
func (x *Tensor) Expm1() *Tensor { return do1(opExpm1, x) }

// Expm1Inplace is Expm1 into x itself.
func (x *Tensor) Expm1Inplace() *Tensor { return inplace1(opExpm1Inplace, x) }

// Log2 is the logarithm to base 2, elementwise.
func (x *Tensor) Log2() *Tensor { return do1(opLog2, x) }

// Log2Inplace is Log2 into x itself.
func (x *Tensor) Log2Inplace() *Tensor { return inplace1(opLog2Inplace, x) }

// Log10 is the logarithm to base 10, elementwise.
func (x *Tensor) Log10() *Tensor { return do1(opLog10, x) }

// Log10Inplace is Log10 into x itself.
func (x *Tensor) Log10Inplace() *Tensor { return inplace1(opLog10Inplace, x) }

// Erf is the error function, elementwise.
func (x *Tensor) Erf() *Tensor { return do1(opErf, x) }

// ErfInplace is Erf into x itself.
func (x *Tensor) ErfInplace() *Tensor { return inplace1(opErfInplace, x) }

// Erfc is 1 - Erf, elementwise.
func (x *Tensor) Erfc() *Tensor { return do1(opErfc, x) }

// ErfcInplace is Erfc into x itself.
func (x *Tensor) ErfcInplace() *Tensor { return inplace1(opErfcInplace, x) }

// Erfinv is the inverse of Erf, elementwise.
func (x *Tensor) Erfinv() *Tensor { return do1(opErfinv, x) }

// ErfinvInplace is Erfinv into x itself.
func (x *Tensor) ErfinvInplace() *Tensor { return inplace1(opErfinvInplace, x) }

// Lgamma is the logarithm of the absolute gamma function, elementwise.
func (x *Tensor) Lgamma() *Tensor { return do1(opLgamma, x) }

// LgammaInplace is Lgamma into x itself.
func (x *Tensor) LgammaInplace() *Tensor { return inplace1(opLgammaInplace, x) }

// Digamma is the derivative of Lgamma, elementwise.
func (x *Tensor) Digamma() *Tensor { return do1(opDigamma, x) }

// DigammaInplace is Digamma into x itself.
func (x *Tensor) DigammaInplace() *Tensor { return inplace1(opDigammaInplace, x) }

// I0 is the modified Bessel function of the first kind and order 0, elementwise.
func (x *Tensor) I0() *Tensor { return do1(opI0, x) }

// I0Inplace is I0 into x itself.
func (x *Tensor) I0Inplace() *Tensor { return inplace1(opI0Inplace, x) }

// ExpInplace is Exp into x itself.
func (x *Tensor) ExpInplace() *Tensor { return inplace1(opExpInplace, x) }

// LogInplace is Log into x itself.
func (x *Tensor) LogInplace() *Tensor { return inplace1(opLogInplace, x) }

// Log1pInplace is Log1p into x itself.
func (x *Tensor) Log1pInplace() *Tensor { return inplace1(opLog1pInplace, x) }

// SqrtInplace is Sqrt into x itself.
func (x *Tensor) SqrtInplace() *Tensor { return inplace1(opSqrtInplace, x) }

// RsqrtInplace is Rsqrt into x itself.
func (x *Tensor) RsqrtInplace() *Tensor { return inplace1(opRsqrtInplace, x) }

// SquareInplace is Square into x itself.
func (x *Tensor) SquareInplace() *Tensor { return inplace1(opSquareInplace, x) }

// ReciprocalInplace is Reciprocal into x itself.
func (x *Tensor) ReciprocalInplace() *Tensor { return inplace1(opReciprocalInplace, x) }

// SigmoidInplace is Sigmoid into x itself.
func (x *Tensor) SigmoidInplace() *Tensor { return inplace1(opSigmoidInplace, x) }

// ReLUInplace is ReLU into x itself.
func (x *Tensor) ReLUInplace() *Tensor { return inplace1(opReluInplace, x) }

// Polygamma is the n-th derivative of Digamma, elementwise.
func (x *Tensor) Polygamma(n int) *Tensor { return do(opPolygamma, n, x) }

// PolygammaInplace is Polygamma into x itself.
func (x *Tensor) PolygammaInplace(n int) *Tensor {
	doVoid(opPolygammaInplace, x, n)
	return x
}

// Mvlgamma is the logarithm of the multivariate gamma function of dimension p,
// elementwise.
func (x *Tensor) Mvlgamma(p int) *Tensor { return do(opMvlgamma, x, p) }

// MvlgammaInplace is Mvlgamma into x itself.
func (x *Tensor) MvlgammaInplace(p int) *Tensor {
	doVoid(opMvlgammaInplace, x, p)
	return x
}

// Igamma is the regularised lower incomplete gamma function, elementwise.
func (x *Tensor) Igamma(other *Tensor) *Tensor { return binary(opIgamma, x, other) }

// IgammaInplace is Igamma into x itself.
func (x *Tensor) IgammaInplace(other *Tensor) *Tensor { return inplace2(opIgammaInplace, x, other) }

// Igammac is 1 - Igamma, elementwise.
func (x *Tensor) Igammac(other *Tensor) *Tensor { return binary(opIgammac, x, other) }

// IgammacInplace is Igammac into x itself.
func (x *Tensor) IgammacInplace(other *Tensor) *Tensor { return inplace2(opIgammacInplace, x, other) }

// Logit is log(x / (1-x)), elementwise. With eps, x is first limited to
// [eps, 1-eps].
func (x *Tensor) Logit(eps ...float64) *Tensor { return do(opLogit, x, firstFloat(eps)) }

// LogitInplace is Logit into x itself.
func (x *Tensor) LogitInplace(eps ...float64) *Tensor {
	doVoid(opLogitInplace, x, firstFloat(eps))
	return x
}

func firstFloat(vs []float64) any {
	if len(vs) == 0 {
		return nil
	}
	return vs[0]
}

var opXlogy, opXlogyInplace = binaryOp{opXlogyTensor, opXlogyScalarOther}, binaryOp{opXlogyTensorI, opXlogyScalarOtherI}

// Xlogy is x * log(other), and 0 where x is 0, elementwise.
func (x *Tensor) Xlogy(other any) *Tensor { return opXlogy.do(x, other) }

// XlogyInplace is Xlogy into x itself.
func (x *Tensor) XlogyInplace(other any) *Tensor { return opXlogyInplace.inplace(x, other) }

// Logaddexp is log(exp(x) + exp(other)), computed stably, elementwise.
func (x *Tensor) Logaddexp(other *Tensor) *Tensor { return binary(opLogaddexp, x, other) }

// Logaddexp2 is log2(2**x + 2**other), computed stably, elementwise.
func (x *Tensor) Logaddexp2(other *Tensor) *Tensor { return binary(opLogaddexp2, x, other) }

package lr_scheduler_test

import (
	"multitorch/libm"
	"multitorch/optim"
	lrs "multitorch/optim/lr_scheduler"
)

func half(epoch int) float64  { return libm.Pow(0.95, float64(epoch)) }
func third(epoch int) float64 { return 1 / float64(epoch+1) }
func slow(int) float64        { return 0.97 }

func scheduler[S stepper](make func(o optim.Optimizer) S) func(optim.Optimizer) stepper {
	return func(o optim.Optimizer) stepper { return make(o) }
}

var cases = []testCase{
	{"LambdaLR(o, lambda e: 0.95 ** e)", scheduler(func(o optim.Optimizer) *lrs.LambdaLR { return lrs.NewLambdaLR(o, half) })},
	{"LambdaLR(o, [lambda e: 0.95 ** e, lambda e: 1 / (e + 1)])", scheduler(func(o optim.Optimizer) *lrs.LambdaLR {
		return lrs.NewLambdaLR(o, nil, lrs.LRLambdas(half, third))
	})},
	{"MultiplicativeLR(o, lambda e: 0.97)", scheduler(func(o optim.Optimizer) *lrs.MultiplicativeLR {
		return lrs.NewMultiplicativeLR(o, slow)
	})},
	{"StepLR(o, 7)", scheduler(func(o optim.Optimizer) *lrs.StepLR { return lrs.NewStepLR(o, 7) })},
	{"StepLR(o, 9, gamma=0.7)", scheduler(func(o optim.Optimizer) *lrs.StepLR { return lrs.NewStepLR(o, 9, lrs.Gamma(0.7)) })},
	{"MultiStepLR(o, [30, 5, 80, 80], gamma=0.3)", scheduler(func(o optim.Optimizer) *lrs.MultiStepLR {
		return lrs.NewMultiStepLR(o, []int{30, 5, 80, 80}, lrs.Gamma(0.3))
	})},
	{"ConstantLR(o)", scheduler(func(o optim.Optimizer) *lrs.ConstantLR { return lrs.NewConstantLR(o) })},
	{"ConstantLR(o, factor=0.7, total_iters=33)", scheduler(func(o optim.Optimizer) *lrs.ConstantLR {
		return lrs.NewConstantLR(o, lrs.Factor(0.7), lrs.TotalIters(33))
	})},
	{"LinearLR(o)", scheduler(func(o optim.Optimizer) *lrs.LinearLR { return lrs.NewLinearLR(o) })},
	{"LinearLR(o, start_factor=0.9, end_factor=0.1, total_iters=120)", scheduler(func(o optim.Optimizer) *lrs.LinearLR {
		return lrs.NewLinearLR(o, lrs.StartFactor(0.9), lrs.EndFactor(0.1), lrs.TotalIters(120))
	})},
	{"ExponentialLR(o, 0.97)", scheduler(func(o optim.Optimizer) *lrs.ExponentialLR { return lrs.NewExponentialLR(o, 0.97) })},
	{"PolynomialLR(o)", scheduler(func(o optim.Optimizer) *lrs.PolynomialLR { return lrs.NewPolynomialLR(o) })},
	{"PolynomialLR(o, total_iters=150, power=2.3)", scheduler(func(o optim.Optimizer) *lrs.PolynomialLR {
		return lrs.NewPolynomialLR(o, lrs.TotalIters(150), lrs.Power(2.3))
	})},
	{"CosineAnnealingLR(o, 30)", scheduler(func(o optim.Optimizer) *lrs.CosineAnnealingLR { return lrs.NewCosineAnnealingLR(o, 30) })},
	{"CosineAnnealingLR(o, 45, eta_min=0.01)", scheduler(func(o optim.Optimizer) *lrs.CosineAnnealingLR {
		return lrs.NewCosineAnnealingLR(o, 45, lrs.EtaMin(0.01))
	})},
	{"CosineAnnealingWarmRestarts(o, 11)", scheduler(func(o optim.Optimizer) *lrs.CosineAnnealingWarmRestarts {
		return lrs.NewCosineAnnealingWarmRestarts(o, 11)
	})},
	{"CosineAnnealingWarmRestarts(o, 7, T_mult=2, eta_min=0.02)", scheduler(func(o optim.Optimizer) *lrs.CosineAnnealingWarmRestarts {
		return lrs.NewCosineAnnealingWarmRestarts(o, 7, lrs.TMult(2), lrs.EtaMin(0.02))
	})},
	{"CyclicLR(o, 0.01, 0.2, step_size_up=13)", scheduler(func(o optim.Optimizer) *lrs.CyclicLR {
		return lrs.NewCyclicLR(o, 0.01, 0.2, lrs.StepSizeUp(13))
	})},
	{"CyclicLR(o, [0.01, 0.02], [0.2, 0.3], step_size_up=13, step_size_down=20, mode='triangular2', base_momentum=[0.7, 0.6], max_momentum=0.95)", scheduler(func(o optim.Optimizer) *lrs.CyclicLR {
		return lrs.NewCyclicLR(o, 0, 0, lrs.BaseLRs(0.01, 0.02), lrs.MaxLRs(0.2, 0.3), lrs.StepSizeUp(13), lrs.StepSizeDown(20),
			lrs.Mode("triangular2"), lrs.BaseMomentum(0.7, 0.6), lrs.MaxMomentum(0.95))
	})},
	{"CyclicLR(o, 0.01, 0.2, step_size_up=13, mode='exp_range', gamma=0.99, cycle_momentum=False)", scheduler(func(o optim.Optimizer) *lrs.CyclicLR {
		return lrs.NewCyclicLR(o, 0.01, 0.2, lrs.StepSizeUp(13), lrs.Mode("exp_range"), lrs.Gamma(0.99), lrs.CycleMomentum(false))
	})},
	{"CyclicLR(o, 0.01, 0.2, step_size_up=13, scale_fn=lambda x: 0.95 ** x, scale_mode='iterations')", scheduler(func(o optim.Optimizer) *lrs.CyclicLR {
		return lrs.NewCyclicLR(o, 0.01, 0.2, lrs.StepSizeUp(13),
			lrs.ScaleFn(func(x float64) float64 { return libm.Pow(0.95, x) }), lrs.ScaleMode("iterations"))
	})},
	{"OneCycleLR(o, 0.3, total_steps=250)", scheduler(func(o optim.Optimizer) *lrs.OneCycleLR {
		return lrs.NewOneCycleLR(o, 0.3, lrs.TotalSteps(250))
	})},
	{"OneCycleLR(o, [0.3, 0.5], epochs=20, steps_per_epoch=11, pct_start=0.4, anneal_strategy='linear', base_momentum=0.8, max_momentum=[0.9, 0.99], div_factor=10, final_div_factor=100, three_phase=True)", scheduler(func(o optim.Optimizer) *lrs.OneCycleLR {
		return lrs.NewOneCycleLR(o, 0, lrs.MaxLRs(0.3, 0.5), lrs.Epochs(20), lrs.StepsPerEpoch(11), lrs.PctStart(0.4),
			lrs.AnnealStrategy("linear"), lrs.BaseMomentum(0.8), lrs.MaxMomentum(0.9, 0.99), lrs.DivFactor(10), lrs.FinalDivFactor(100),
			lrs.ThreePhase(true))
	})},
	{"OneCycleLR(o, 0.3, total_steps=201, cycle_momentum=False, three_phase=True)", scheduler(func(o optim.Optimizer) *lrs.OneCycleLR {
		return lrs.NewOneCycleLR(o, 0.3, lrs.TotalSteps(201), lrs.CycleMomentum(false), lrs.ThreePhase(true))
	})},
	{"SWALR(o, 0.05)", scheduler(func(o optim.Optimizer) *lrs.SWALR { return lrs.NewSWALR(o, 0.05) })},
	{"SWALR(o, [0.05, 0.4], anneal_epochs=60, anneal_strategy='linear')", scheduler(func(o optim.Optimizer) *lrs.SWALR {
		return lrs.NewSWALR(o, 0, lrs.SWALRs(0.05, 0.4), lrs.AnnealEpochs(60), lrs.AnnealStrategy("linear"))
	})},
	{"SWALR(o, 0.05, anneal_epochs=0)", scheduler(func(o optim.Optimizer) *lrs.SWALR { return lrs.NewSWALR(o, 0.05, lrs.AnnealEpochs(0)) })},
	{"SequentialLR(o, [LinearLR(o, 0.1, total_iters=20), CosineAnnealingLR(o, 130)], [20])", scheduler(func(o optim.Optimizer) *lrs.SequentialLR {
		return lrs.NewSequentialLR(o, []lrs.LRScheduler{
			lrs.NewLinearLR(o, lrs.StartFactor(0.1), lrs.TotalIters(20)), lrs.NewCosineAnnealingLR(o, 130),
		}, []int{20})
	})},
	{"SequentialLR(o, [ConstantLR(o, 0.1, 9), MultiplicativeLR(o, lambda e: 0.97), ExponentialLR(o, 0.9), CosineAnnealingWarmRestarts(o, 9)], [10, 50, 90])", scheduler(func(o optim.Optimizer) *lrs.SequentialLR {
		return lrs.NewSequentialLR(o, []lrs.LRScheduler{
			lrs.NewConstantLR(o, lrs.Factor(0.1), lrs.TotalIters(9)), lrs.NewMultiplicativeLR(o, slow),
			lrs.NewExponentialLR(o, 0.9), lrs.NewCosineAnnealingWarmRestarts(o, 9),
		}, []int{10, 50, 90})
	})},
	{"ChainedScheduler([ConstantLR(o, 0.1, 9), ExponentialLR(o, 0.98), StepLR(o, 50)])", scheduler(func(o optim.Optimizer) *lrs.ChainedScheduler {
		return lrs.NewChainedScheduler(lrs.NewConstantLR(o, lrs.Factor(0.1), lrs.TotalIters(9)), lrs.NewExponentialLR(o, 0.98), lrs.NewStepLR(o, 50))
	})},
	{"ReduceLROnPlateau(o)", scheduler(func(o optim.Optimizer) *lrs.ReduceLROnPlateau { return lrs.NewReduceLROnPlateau(o) })},
	{"ReduceLROnPlateau(o, mode='max', factor=0.7, patience=3, threshold=0.01, threshold_mode='abs', cooldown=4, min_lr=[0.01, 0.001], eps=1e-5)", scheduler(func(o optim.Optimizer) *lrs.ReduceLROnPlateau {
		return lrs.NewReduceLROnPlateau(o, lrs.Mode("max"), lrs.Factor(0.7), lrs.Patience(3), lrs.Threshold(0.01), lrs.ThresholdMode("abs"),
			lrs.Cooldown(4), lrs.MinLR(0.01, 0.001), lrs.Eps(1e-5))
	})},
	{"ReduceLROnPlateau(o, threshold_mode='abs', patience=5, min_lr=0.02)", scheduler(func(o optim.Optimizer) *lrs.ReduceLROnPlateau {
		return lrs.NewReduceLROnPlateau(o, lrs.ThresholdMode("abs"), lrs.Patience(5), lrs.MinLR(0.02))
	})},
	{"ReduceLROnPlateau(o, mode='max', factor=0.9, patience=2)", scheduler(func(o optim.Optimizer) *lrs.ReduceLROnPlateau {
		return lrs.NewReduceLROnPlateau(o, lrs.Mode("max"), lrs.Factor(0.9), lrs.Patience(2))
	})},
}

// Package amp scales losses for training in half precision, as torch.amp: gradients that would be too small for Float16 are
// made larger on their way, and smaller again before the optimizer sees them.
//
//	scaler := amp.NewGradScaler()
//	for range steps {
//		opt.ZeroGrad()
//		torch.Autocast(torch.CUDA, torch.Float16, func() { loss = model.Forward(x) })
//		scaler.Scale(loss).Backward()
//		scaler.Step(opt)
//		scaler.Update()
//	}
//
// Autocast itself is [torch.Autocast]. BFloat16 has the range of Float32 and needs no scaling.
package amp

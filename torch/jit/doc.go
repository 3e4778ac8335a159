// Package jit runs TorchScript programs: models that PyTorch scripted or traced
// (torch.jit.script, torch.jit.trace) and saved with save, with their code. They
// can be trained here, and saved for PyTorch to load.
//
//	m, err := jit.Load("model.pt")
//	y := m.Forward(x).(*torch.Tensor)
//
// Such a file is a program. [Load] checks the container, so that a damaged file is
// an error, but what the program's code does is its author's business: it can take
// all time and all memory. Load programs only from people whose code you would
// run. (A state dict is data: torch.Load reads it without running anything.)
//
// libtorch's own interpreter runs the code, so the numbers are PyTorch's, bit for
// bit. Programs whose state holds objects written in C++ (quantised layers) or
// dtypes that [torch.DType] has no name for are refused.
//
// See https://pytorch.org/docs/stable/jit.html.
package jit

package nn_test

import (
	"fmt"
	"slices"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

// joined is "1, 2, 3".
func joined(ns []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ns), " ", ", "), "[]")
}

func paddingRows() []row {
	complex := func() *torch.Tensor { return torch.Randn(torch.Shape{2, 3, 8, 8}, torch.Complex64) }
	type maker func(nn.Size) nn.Module
	edges := [][]nn.Size{1: {{2}, {1, 2}, {0, 1}}, 2: {{1}, {1, 2, 3, 0}}, 3: {{1}, {1, 2, 0, 2, 1, 2}}}
	shapes := [][]torch.Shape{1: {{2, 3, 8}, {3, 8}}, 2: {{2, 3, 8, 6}, {3, 8, 6}}, 3: {{2, 3, 4, 5, 6}, {3, 4, 5, 6}}}
	var rows []row
	add := func(dims int, kind, value string, make maker, more ...nn.Size) {
		for _, e := range append(slices.Clone(edges[dims]), more...) {
			padding := joined(e)
			if len(e) > 1 {
				padding = "(" + padding + ")"
			}
			python := fmt.Sprintf("%s%dd(%s%s)", kind, dims, padding, value)
			rows = append(rows, samples(python, func() nn.Module { return make(e) }, shapes[dims]...)...)
			if dims == 2 {
				rows = append(rows, row{python: python, make: func() nn.Module { return make(e) }, inputs: in(complex)})
			}
		}
	}
	add(1, "nn.ReflectionPad", "", func(e nn.Size) nn.Module { return nn.NewReflectionPad1d(e) })
	add(2, "nn.ReflectionPad", "", func(e nn.Size) nn.Module { return nn.NewReflectionPad2d(e) })
	add(3, "nn.ReflectionPad", "", func(e nn.Size) nn.Module { return nn.NewReflectionPad3d(e) })
	add(1, "nn.ReplicationPad", "", func(e nn.Size) nn.Module { return nn.NewReplicationPad1d(e) })
	add(2, "nn.ReplicationPad", "", func(e nn.Size) nn.Module { return nn.NewReplicationPad2d(e) })
	add(3, "nn.ReplicationPad", "", func(e nn.Size) nn.Module { return nn.NewReplicationPad3d(e) })
	add(1, "nn.ConstantPad", ", 2", func(e nn.Size) nn.Module { return nn.NewConstantPad1d(e, 2) }, nn.Size{-1, 2})
	add(2, "nn.ConstantPad", ", -0.5", func(e nn.Size) nn.Module { return nn.NewConstantPad2d(e, -0.5) }, nn.Size{-1})
	add(3, "nn.ConstantPad", ", 2.0", func(e nn.Size) nn.Module { return nn.NewConstantPad3d(e, 2.0) })
	add(1, "ZeroPad", "", func(e nn.Size) nn.Module { return nn.NewZeroPad1d(e) })
	add(2, "nn.ZeroPad", "", func(e nn.Size) nn.Module { return nn.NewZeroPad2d(e) }, nn.Size{-1, -1, -1, -2})
	add(3, "ZeroPad", "", func(e nn.Size) nn.Module { return nn.NewZeroPad3d(e) })
	add(1, "CircularPad", "", func(e nn.Size) nn.Module { return nn.NewCircularPad1d(e) }, nn.Size{3, 1})
	add(2, "CircularPad", "", func(e nn.Size) nn.Module { return nn.NewCircularPad2d(e) }, nn.Size{3, 3, 3, 1})
	add(3, "CircularPad", "", func(e nn.Size) nn.Module { return nn.NewCircularPad3d(e) })
	return append(rows,
		row{python: "nn.ReflectionPad2d(2)", make: func() nn.Module { return nn.NewReflectionPad2d(2) }, inputs: in(randn(2, 3, 8, 8))},
		row{python: "nn.ConstantPad1d(1, 3)", make: func() nn.Module { return nn.NewConstantPad1d(1, 3) }, inputs: in(ids(5, 2, 3, 4))})
}

// olderPython are the modules that Python has since a later version, for an older one.
const olderPython = `
	import torch.nn as nn
	import torch.nn.functional as F
	def newer(name, older): return getattr(nn, name, older)
	def padding(name, mode, dims):
		def init(self, padding):
			nn.Module.__init__(self)
			self.padding = (padding,) * (2 * dims) if isinstance(padding, int) else padding
		return newer(name, type(name, (nn.Module,), {"__init__": init,
			"forward": lambda self, x: F.pad(x, self.padding, mode) if x.dim() == dims + 2 else F.pad(x[None], self.padding, mode)[0],
			"extra_repr": lambda self: str(self.padding)}))
	ZeroPad1d, ZeroPad3d = padding("ZeroPad1d", "constant", 1), padding("ZeroPad3d", "constant", 3)
	CircularPad1d, CircularPad2d, CircularPad3d = (padding("CircularPad%dd" % d, "circular", d) for d in (1, 2, 3))

	class LPPool2d(nn.LPPool2d): # of infinite norms
		def forward(self, x):
			sign = 1 if self.norm_type > 0 else -1
			y = F.max_pool2d(x.abs() if sign > 0 else -x.abs(), self.kernel_size, self.stride, 0, 1, self.ceil_mode)
			return y if sign > 0 else -y
	class LPPool3d(nn.Module):
		def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
			super().__init__()
			self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode
		def extra_repr(self): return nn.LPPool2d.extra_repr(self)
		def forward(self, x):
			a, b, c = self.kernel_size
			p = float(self.norm_type)
			y = F.avg_pool3d(x.pow(p), self.kernel_size, self.stride, 0, self.ceil_mode)
			return (torch.sign(y) * F.relu(torch.abs(y))).mul(a * b * c).pow(1.0 / p)
	LPPool3d = newer("LPPool3d", LPPool3d)

	class RMSNorm(nn.Module):
		def __init__(self, normalized_shape, eps=None, elementwise_affine=True, dtype=None):
			super().__init__()
			self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
			self.eps, self.elementwise_affine = eps, elementwise_affine
			if elementwise_affine: self.weight = nn.Parameter(torch.ones(self.normalized_shape, dtype=dtype))
		def extra_repr(self):
			return "{normalized_shape}, eps={eps}, elementwise_affine={elementwise_affine}".format(**self.__dict__)
		def forward(self, x):
			wide = x if x.dtype in (torch.float32, torch.float64) else x.float()
			dims = [-1 - i for i in range(len(self.normalized_shape))]
			eps = torch.finfo(wide.dtype).eps if self.eps is None else self.eps
			y = wide.mul(torch.rsqrt(wide.pow(2).mean(dims, keepdim=True).add_(eps)))
			if self.elementwise_affine: y = y.mul(self.weight)
			return y.to(x.dtype)
	RMSNorm = newer("RMSNorm", RMSNorm)
	class SyncBatchNorm(nn.SyncBatchNorm): # of one process
		forward = nn.BatchNorm2d.forward
`

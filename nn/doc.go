// Package nn has neural-network modules that mirror PyTorch's torch.nn.
//
// A module is a struct that embeds [Base]. Its exported fields are its
// parameters, buffers and children, in their order, and their names are the
// fields' in snake_case, so state_dict keys are PyTorch's without registration:
//
//	type Net struct {
//		nn.Base
//		FC1 *nn.Linear // "fc1.weight", "fc1.bias"
//		Out *nn.Linear `nn:"output_layer"`
//	}
//
//	func (m *Net) Forward(x *torch.Tensor) *torch.Tensor {
//		return m.Out.Forward(m.FC1.Forward(x).ReLU())
//	}
//
// What PyTorch has as methods of Module are functions here, since Go can't call
// a struct's own fields from an embedded one: [Parameters], [StateDict],
// [LoadStateDict], [To], [Train], [Eval], [Apply], [Clone], [SetRequiresGrad], [Summary],
// [RegisterForwardHook].
//
// Python's keyword arguments are options, each of a type of its own:
//
//	nn.NewConv2d(3, 64, 3, nn.Stride(1), nn.Padding(1))
//	nn.NewGRU(100, 64, nn.BatchFirst(true))
//	nn.NewLinear(3, 4, nn.DType(torch.Float64), nn.Device(torch.CUDA))
//
// A module's settings can be read back, printed and saved, and make another such module:
//
//	config := conv.Config() // ConvConfig: stride=1, padding=1, …
//	nn.NewConv2d(8, 8, 3, config)
//
// Package functional has the same as functions, without modules.
//
// A field that holds a module or parameter which a walk can't see (it is not exported, say) is
// an error; tagged `nn:"-"` it is left out.
//
// Defaults, initial weights and their random draws are PyTorch's, so the same seed
// gives the same model. [Describe] prints it as Python does.
//
// Arguments that make no sense panic with a [*torch.Error] at construction, and
// tensors that don't fit in Forward; [torch.Try] returns it as an error.
//
// Packages below this one are nn/init, with the initialisers (its name is nninit, since Go keeps init for itself), and
// nn/utils, with weight norm, parametrizations, pruning and the like. What torch.nn.utils has for gradients and sequences is
// here: [ClipGradNorm], [PackPaddedSequence], [PadSequence].
//
// Forward is typed by each module. What takes one tensor and returns one is a
// [Layer], and goes into a [Sequential].
//
// An error inside a library module says where in the model that was
// ("text.rnn (GRU): …"), as soon as any walk over the whole model (Parameters,
// To, Train, …) has been made. A module of one's own gets the same, and hooks, through [Through],
// [ThroughAll] or [Call].
package nn

package jit

import "multitorch/torch"

// Module is a TorchScript program with its parameters and buffers. Several
// goroutines may run one at once, unless its code changes its state.
type Module struct{ script *torch.Script }

// Load reads a program from a file, onto the CPU; To moves it. It trusts the
// file's code, and nothing else in it.
func Load(path string) (*Module, error) {
	script, err := torch.LoadScript(path)
	if err != nil {
		return nil, err
	}
	return &Module{script}, nil
}

// Forward runs the program's forward method: it is Call("forward", args...).
func (m *Module) Forward(args ...any) any { return m.Call("forward", args...) }

// Call runs a method and returns what it returns.
//
//	Python                      Go
//	Tensor                      *torch.Tensor
//	int, float, bool, str       int64, float64, bool, string
//	complex, torch.device       complex128, torch.Device
//	List[Tensor], List[int]     []*torch.Tensor, []int
//	List[float], List[bool]     []float64, []bool
//	other lists, tuples         []any, torch.Tuple
//	dicts                       *torch.Dict; as an argument map[string]*torch.Tensor too
//	None                        nil
//
// Arguments have these types too, or int and float32; [torch.Default] stands for
// one that the method has a default for, as do those left out at the end.
//
// It panics with a [*torch.Error] where an argument does not fit or the program
// fails; its message has the lines of the program. Results join the innermost
// scope of the tensors among the arguments.
func (m *Module) Call(method string, args ...any) any { return m.script.Call(method, args...) }

// Methods are the schemas of the methods that can be called, as
// "forward(__torch__.Net self, Tensor x) -> Tensor".
func (m *Module) Methods() []string { return m.script.Methods() }

// StateDict is the parameters and buffers by name, in the order of Python's
// state_dict. They are the program's own: to change one is to change it. They
// belong to no scope, and are the same pointers in every call.
func (m *Module) StateDict() []torch.NamedTensor {
	return m.named(func(torch.ScriptTensor) bool { return true })
}

// Parameters are the tensors to train, by name, in Python's order. An optimizer
// takes each as &nn.Parameter{Tensor: p.Tensor}: the program's own leaf, which gets the gradients.
func (m *Module) Parameters() []torch.NamedTensor {
	return m.named(func(t torch.ScriptTensor) bool { return !t.Buffer })
}

// Buffers are the state that is not trained, by name.
func (m *Module) Buffers() []torch.NamedTensor {
	return m.named(func(t torch.ScriptTensor) bool { return t.Buffer })
}

func (m *Module) named(is func(torch.ScriptTensor) bool) []torch.NamedTensor {
	var named []torch.NamedTensor
	for _, t := range m.script.State() {
		if is(t) {
			named = append(named, t.NamedTensor)
		}
	}
	return named
}

// Train switches the program to training: dropout drops, and batch normalisation
// learns. A program that was traced keeps what it did when it was traced.
func (m *Module) Train() *Module {
	m.script.Train(true)
	return m
}

// Eval switches the program to evaluation.
func (m *Module) Eval() *Module {
	m.script.Train(false)
	return m
}

// Training reports which of the two it is in.
func (m *Module) Training() bool { return m.script.Training() }

// To moves the parameters and buffers to a device. They stay the same tensors;
// their gradients move too.
func (m *Module) To(d torch.Device) error { return m.script.To(d) }

// Save writes the program with its state, as Python's torch.jit.load and [Load]
// read it: in full or not at all.
func (m *Module) Save(path string) error { return m.script.Save(path) }

package nn

import "multitorch/torch"

// Buffer is a tensor that belongs to a module's state and is not trained.
type Buffer struct {
	*torch.Tensor
	transient bool
}

// Persistent(false) leaves a buffer out of the state dict. The default is true.
type Persistent bool

// NewBuffer makes a buffer of a tensor, as Module.register_buffer and torch.nn.Buffer do. The tensor outlives
// the scope or step that it was made in.
func NewBuffer(t *torch.Tensor, persistent ...Persistent) *Buffer {
	if t == nil {
		panic(invalid("NewBuffer", "expected a tensor, but got nil; a buffer that is not there is a nil *Buffer"))
	}
	return &Buffer{t.Keep(), len(persistent) > 0 && !bool(persistent[len(persistent)-1])}
}

// Persistent reports whether the buffer is part of the state dict.
func (b *Buffer) Persistent() bool { return !b.transient }

// bufferOf is a buffer of a tensor, nil for no tensor.
func bufferOf(t *torch.Tensor) *Buffer {
	if t == nil {
		return nil
	}
	return NewBuffer(t)
}

// tensor is the buffer's tensor, or nil for a buffer that is not there.
func (b *Buffer) tensor() *torch.Tensor {
	if b == nil {
		return nil
	}
	return b.Tensor
}

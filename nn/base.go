package nn

import (
	"slices"
	"sync/atomic"

	"multitorch/torch"
)

// Module is a struct that embeds [Base]. Its one method is Base's: "missing method
// mustEmbedNNBase" says that Base is not embedded.
type Module interface{ mustEmbedNNBase() *Base }

// Layer is a module that takes one tensor and returns one.
type Layer interface {
	Module
	Forward(x *torch.Tensor) *torch.Tensor
}

// Base makes a struct a module. The zero value is ready, and in training mode.
type Base struct {
	evaluating atomic.Bool
	place      atomic.Pointer[place]
	derived    []derived             // parameters that are computed of others
	last       []string              // parameters that come behind the others, as they were derived once
	hooks      atomic.Pointer[hooks] // nil for none
}

// place is where a module sits in the model: set by walks, read by errors.
type place struct {
	parent *Base
	name   string
}

func (b *Base) mustEmbedNNBase() *Base { return b }

// Training reports whether the module is in training mode, as it is at first.
// [Train] and [Eval] set it.
func (b *Base) Training() bool { return !b.evaluating.Load() }

// path is the module's place from the root of the model: "encoder.fc1", or "".
// Where a model was rebuilt since the last walk, places that are no longer true may
// go round in circles: the path ends where they meet.
func (b *Base) path() string {
	path := ""
	var seen []*Base
	for p := b.place.Load(); p != nil && !slices.Contains(seen, b); p = b.place.Load() {
		path = join(p.name, path)
		seen = append(seen, b)
		b = p.parent
	}
	return path
}

func (b *Base) settle(parent *Base, name string) {
	if p := b.place.Load(); p == nil || p.parent != parent || p.name != name {
		b.place.Store(&place{parent, name})
	}
}

// guard, deferred by a library module's Forward, adds the module's place to an
// error that passes. An error keeps the innermost place.
func (b *Base) guard(kind string) {
	if r := recover(); r != nil {
		panic(b.placed(r, kind))
	}
}

func (b *Base) placed(r any, kind string) any {
	if e, ok := r.(*torch.Error); ok && e.Module == "" {
		e.Module = kind
		if path := b.path(); path != "" {
			e.Module = path + " (" + kind + ")"
		}
	}
	return r
}

package transformers

import "multitorch/torch"

// Cache keeps the keys and values of the tokens so far, of every layer of a decoder, as Python's DynamicCache: each further
// token is computed alone. The zero value is empty.
//
// Memory grows by doubling, and a new token is written behind the others in place. Where gradients are asked for, the tensors
// are joined instead.
type Cache struct {
	layers []cacheLayer
}

type cacheLayer struct {
	keys, values *torch.Tensor // [N, H, capacity, D]
	length       int
}

// Len is the number of tokens that the cache holds.
func (c *Cache) Len() int {
	if c == nil || len(c.layers) == 0 {
		return 0
	}
	return c.layers[0].length
}

// Update adds keys and values [N, H, L, D] of new tokens to a layer's, and returns all of the layer's [N, H, Len(), D]: views
// that are valid until the next change, and which the caller may free.
func (c *Cache) Update(layer int, keys, values *torch.Tensor) (allKeys, allValues *torch.Tensor) {
	for len(c.layers) <= layer {
		c.layers = append(c.layers, cacheLayer{})
	}
	l := &c.layers[layer]
	if torch.IsGradEnabled() && keys.RequiresGrad() {
		l.join(keys, values)
	} else {
		l.append(keys, values)
	}
	return l.keys.Narrow(2, 0, l.length), l.values.Narrow(2, 0, l.length)
}

// join makes new tensors, which keep their history.
func (l *cacheLayer) join(keys, values *torch.Tensor) {
	if l.keys != nil {
		oldKeys, oldValues := l.keys.Narrow(2, 0, l.length), l.values.Narrow(2, 0, l.length)
		defer oldKeys.Free()
		defer oldValues.Free()
		l.replace(torch.Cat([]*torch.Tensor{oldKeys, keys}, 2), torch.Cat([]*torch.Tensor{oldValues, values}, 2))
	} else {
		l.replace(keys.Clone(), values.Clone())
	}
	l.length += keys.Size(2)
}

func (l *cacheLayer) append(keys, values *torch.Tensor) {
	torch.NoGrad(func() {
		added := keys.Size(2)
		if l.keys == nil || l.length+added > l.keys.Size(2) {
			capacity := max(2*l.length, l.length+added, 16)
			if l.keys == nil {
				capacity = added + max(16, added/4) // a prompt is seldom followed by as many tokens again
			}
			l.grow(keys, values, capacity)
		}
		place := func(t *torch.Tensor, from *torch.Tensor) {
			to := t.Narrow(2, l.length, added)
			defer to.Free()
			to.CopyInplace(from)
		}
		place(l.keys, keys)
		place(l.values, values)
		l.length += added
	})
}

// grow moves what there is into tensors with more room.
func (l *cacheLayer) grow(keys, values *torch.Tensor, capacity int) {
	roomier := func(like, old *torch.Tensor) *torch.Tensor {
		shape := like.Shape()
		shape[2] = capacity
		t := torch.Empty(shape, like.DType(), like.Device())
		if old != nil && l.length > 0 {
			from, to := old.Narrow(2, 0, l.length), t.Narrow(2, 0, l.length)
			defer from.Free()
			defer to.Free()
			to.CopyInplace(from)
		}
		return t
	}
	l.replace(roomier(keys, l.keys), roomier(values, l.values))
}

// replace exchanges the tensors; they outlive the scope or step that they are made in.
func (l *cacheLayer) replace(keys, values *torch.Tensor) {
	oldKeys, oldValues := l.keys, l.values
	l.keys, l.values = keys.Keep(), values.Keep()
	if oldKeys != nil {
		oldKeys.Free()
		oldValues.Free()
	}
}

// Reorder takes rows of the batch, by their numbers [M]: beams that live on, several times maybe.
func (c *Cache) Reorder(rows *torch.Tensor) {
	for i := range c.layers {
		if l := &c.layers[i]; l.keys != nil {
			l.replace(l.keys.IndexSelect(0, rows), l.values.IndexSelect(0, rows))
		}
	}
}

// Crop forgets all tokens but the first n.
func (c *Cache) Crop(n int) {
	for i := range c.layers {
		c.layers[i].length = min(c.layers[i].length, max(n, 0))
	}
}

// Free frees the cache's memory; it is empty then.
func (c *Cache) Free() {
	for i := range c.layers {
		if l := &c.layers[i]; l.keys != nil {
			l.keys.Free()
			l.values.Free()
		}
	}
	c.layers = nil
}

package pt

import (
	"errors"
	"fmt"
	"slices"

	"multitorch/internal/dtype"
	"multitorch/internal/pickle"
	"multitorch/internal/shape"
)

func newLayout(args []any) (any, error) {
	var name string
	if err := assign("a layout", args, &name); err != nil {
		return nil, err
	}
	for layout, known := range Layouts {
		if known == name {
			return layout, nil
		}
	}
	return nil, fmt.Errorf("the layout %.80q is unknown; expected a sparse one", name)
}

// rebuildSparse makes a sparse tensor of its layout and a tuple.
func (u *unpickler) rebuildSparse(given []any) (any, error) {
	var layout Layout
	var data *pickle.Tuple
	if err := assign("a sparse tensor", given, &layout, &data); err != nil {
		return nil, err
	}
	t := &Tensor{Sparse: &Sparse{Layout: layout}}
	items, s := data.Items, t.Sparse
	if layout != COO {
		s.Indices = make([]*Tensor, 2)
		if err := assign("a sparse tensor's data", items, &s.Indices[0], &s.Indices[1], &s.Values, &t.Sizes); err != nil {
			return nil, err
		}
	} else {
		// Indices [d, n], values [n, ...] and sizes, and maybe whether the indices are in order.
		s.Indices = make([]*Tensor, 1)
		if len(items) == 4 {
			var ok bool
			if s.InOrder, ok = items[3].(bool); !ok && items[3] != nil {
				return nil, fmt.Errorf("value 4 of 4 of a sparse tensor's data is %s", pickle.Describe(items[3]))
			}
			items = items[:3]
		}
		if err := assign("a sparse tensor's data", items, &s.Indices[0], &s.Values, &t.Sizes); err != nil {
			return nil, err
		}
	}
	t.DType = s.Values.DType
	return u.keep(t, u.checkSparse(t))
}

// checkSparse checks that the parts fit together. All indices of a file together
// may take its length some times over: they have to be walked through.
func (u *unpickler) checkSparse(t *Tensor) error {
	if _, err := shape.Count(t.Sizes); err != nil {
		return err
	}
	s := t.Sparse
	for _, part := range append(s.Indices[:len(s.Indices):len(s.Indices)], s.Values) {
		if part.Sparse != nil || part.Quantizer != nil {
			return errors.New("a sparse tensor is made of tensors that are sparse or quantised themselves")
		}
	}
	for _, i := range s.Indices {
		n, err := shape.Count(i.Sizes)
		if err != nil {
			return err
		}
		if s.Layout == COO && len(i.Sizes) == 2 { // whose values are walked through as well
			n = max(n, int64(i.Sizes[1]))
		}
		if n > u.indices {
			return errors.New("sparse tensors have more indices than a file of this length can hold")
		}
		u.indices -= n
	}
	if s.Layout != COO {
		return nil
	}
	if i := s.Indices[0]; len(i.Sizes) != 2 || i.DType != dtype.Int64 || i.Sizes[0] > len(t.Sizes) ||
		!slices.Equal(s.Values.Sizes, append([]int{i.Sizes[1]}, t.Sizes[i.Sizes[0]:]...)) {
		return fmt.Errorf("a sparse tensor of sizes %v has indices %s and values %s", t.Sizes, i.Describe(), s.Values.Describe())
	}
	return nil
}

// CheckIndices checks the indices of a COO tensor, of which those of one dimension
// follow each other: libtorch would follow any.
func (t *Tensor) CheckIndices(indices []int64) error {
	dims, n := t.Sparse.Indices[0].Sizes[0], t.Sparse.Indices[0].Sizes[1]
	for at, i := range indices {
		if d := at / n; i < 0 || i >= int64(t.Sizes[d]) {
			return fmt.Errorf("a sparse tensor has the index %d in dimension %d of size %d", i, d, t.Sizes[d])
		}
	}
	for k := 1; t.Sparse.InOrder && k < n; k++ {
		d := 0
		for d < dims && indices[d*n+k-1] == indices[d*n+k] {
			d++
		}
		if d == dims || indices[d*n+k-1] > indices[d*n+k] {
			return fmt.Errorf("a sparse tensor's indices are said to be in order, but those of element %d are not", k)
		}
	}
	return nil
}

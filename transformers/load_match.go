package transformers

import (
	"fmt"
	"slices"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

// pair is a tensor of the model, and the file's name of what it becomes.
type pair struct {
	to   *torch.Tensor
	from string
}

// matched is how a folder's weights fit a model.
type matched struct {
	pairs []pair
	fresh map[*torch.Tensor]bool // those that are drawn
	split string                 // a key that shares its parameter with another, but is stored with other values
}

// match compares the folder's keys and shapes with the model's, and notes in the report what does not fit.
func (l *loading) match() (*matched, error) {
	own := nn.StateDict(l.model)
	stored, leftover, err := l.translate(own)
	if err != nil {
		return nil, err
	}
	if o, ok := l.model.(optional); ok && o.leaveOut(func(part string) bool { return !l.isNew(part+".") && !holds(stored, part+".") }) {
		own = nn.StateDict(l.model)
	}
	l.report = Report{Class: l.class.name, Path: l.weights.path, Untied: l.report.Untied}
	found := &matched{fresh: map[*torch.Tensor]bool{}}
	names := map[*torch.Tensor][]string{} // of tied ones several
	var order []*torch.Tensor
	for _, o := range own {
		if names[o.Tensor] == nil {
			order = append(order, o.Tensor)
		}
		names[o.Tensor] = append(names[o.Tensor], o.Name)
	}
	for _, t := range order {
		if err := l.matchOne(found, t, names[t], stored); err != nil {
			return nil, err
		}
	}
	for _, key := range leftover {
		switch {
		case slices.ContainsFunc(l.class.family.ignored, func(end string) bool { return strings.HasSuffix(key, end) }):
		case slices.ContainsFunc(l.Unused, func(begin string) bool { return strings.HasPrefix(key, begin) }) || l.foreign(key):
			l.report.Unused = append(l.report.Unused, key)
		default:
			l.report.Unexpected = append(l.report.Unexpected, key)
		}
	}
	return found, nil
}

// optional is a model of which a folder may lack parts: leaveOut removes those for which gone is true.
type optional interface {
	leaveOut(gone func(part string) bool) bool
}

func holds(stored map[string]string, prefix string) bool {
	for name := range stored {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// isNew reports whether a key is of a part that is drawn anew.
func (l *loading) isNew(key string) bool {
	return slices.ContainsFunc(l.New, func(part string) bool { return key == part || strings.HasPrefix(key, part+".") })
}

// foreign reports whether a key that is left over is of another model's head: the folder is of another class, and the key is
// beside the base model that both have.
func (l *loading) foreign(key string) bool {
	if slices.ContainsFunc(l.class.others, func(begin string) bool { return strings.HasPrefix(key, begin) }) {
		return true
	}
	architectures := l.Config.Common().Architectures
	prefix := l.class.family.prefix
	if prefix == "" || len(architectures) == 0 || slices.Contains(architectures, l.class.name) {
		return l.isNew(key)
	}
	return !strings.HasPrefix(strings.TrimPrefix(key, "module."), prefix+".") || l.isNew(key)
}

// matchOne finds what one tensor, which may have several names, is stored as.
func (l *loading) matchOne(found *matched, t *torch.Tensor, names []string, stored map[string]string) error {
	if slices.ContainsFunc(names, l.isNew) {
		found.fresh[t] = true
		l.report.New = append(l.report.New, names[0])
		return nil
	}
	var from []string
	for _, name := range names {
		if file, there := stored[name]; there && !slices.Contains(from, file) {
			from = append(from, file)
		}
	}
	if len(from) == 0 && strings.HasSuffix(names[0], "num_batches_tracked") {
		return nil // which files from before PyTorch 0.4.1 lack, and nothing is computed of
	}
	if len(from) == 0 {
		l.report.Missing = append(l.report.Missing, names[0])
		return nil
	}
	info, err := l.weights.info(from[0])
	if err != nil {
		return err
	}
	if want := t.Shape(); !slices.Equal(want, info.Shape) {
		l.report.Misshaped = append(l.report.Misshaped, fmt.Sprintf("%s: expected %v, but got %v", names[0], want, info.Shape))
		return nil
	}
	found.pairs = append(found.pairs, pair{t, from[0]})
	for _, other := range from[1:] {
		same, err := l.same(from[0], other)
		if err != nil {
			return err
		}
		if !same {
			found.split = other
		}
	}
	return nil
}

// same reports whether two stored tensors are equal.
func (l *loading) same(a, b string) (bool, error) {
	x, err := l.weights.take(a)
	if err != nil {
		return false, err
	}
	defer x.Free()
	y, err := l.weights.take(b)
	if err != nil {
		return false, err
	}
	defer y.Free()
	return slices.Equal(x.Shape(), y.Shape()) && x.DType() == y.DType() && torch.Equal(x, y), nil
}

package transformers

import (
	"fmt"
	"strings"

	"multitorch/torch"
)

// translate gives the file's keys the names that they have in the model: without the "module." of DataParallel, with the base
// model's name or without it, and with the newer of two names that PyTorch or an architecture has had for a weight. It returns
// the file's key for each of the model's, and the keys that are left over.
func (l *loading) translate(own []torch.NamedTensor) (stored map[string]string, leftover []string, err error) {
	known := map[string]bool{}
	for _, o := range own {
		known[o.Name] = true
	}
	prefix := l.prefix(known)
	stored = map[string]string{}
	for _, key := range l.weights.names {
		name, fits := "", false
		for _, name = range l.spellings(key, prefix) {
			if fits = known[name]; fits {
				break
			}
		}
		if !fits {
			leftover = append(leftover, key)
			continue
		}
		if before, twice := stored[name]; twice {
			return nil, nil, fmt.Errorf("%s: the keys %.80q and %.80q are both the model's %q", l.weights.path, before, key, name)
		}
		stored[name] = key
	}
	return stored, leftover, nil
}

// change is what has to be done to all keys of a file.
type change struct {
	module      bool   // take off "module."
	add, remove string // the base model's name and a dot
}

// prefix compares the beginnings of the file's keys with the model's.
func (l *loading) prefix(known map[string]bool) change {
	var c change
	c.module = len(l.weights.names) > 0
	for _, key := range l.weights.names {
		c.module = c.module && strings.HasPrefix(key, "module.")
	}
	prefix := l.class.family.prefix + "."
	if prefix == "." {
		return c
	}
	inFile, inModel := false, false
	for _, key := range l.weights.names {
		if c.module {
			key = strings.TrimPrefix(key, "module.")
		}
		inFile = inFile || strings.HasPrefix(key, prefix)
	}
	for name := range known {
		inModel = inModel || strings.HasPrefix(name, prefix)
	}
	switch {
	case inModel && !inFile:
		c.add = prefix
	case inFile && !inModel:
		c.remove = prefix
	}
	return c
}

// renamed are the ends of keys that have changed their name, both ways: in TensorFlow's time, and with weight norm's
// parametrization.
var renamed = [][2]string{
	{".gamma", ".weight"},
	{".beta", ".bias"},
	{".weight_g", ".parametrizations.weight.original0"},
	{".weight_v", ".parametrizations.weight.original1"},
}

// spellings are the names that a key of the file may have in the model, the likeliest first.
func (l *loading) spellings(key string, c change) []string {
	if c.module {
		key = strings.TrimPrefix(key, "module.")
	}
	if rename := l.class.family.rename; rename != nil {
		key = rename(key)
	}
	names := []string{key}
	switch {
	case c.add != "":
		names = append(names, c.add+key)
	case c.remove != "" && strings.HasPrefix(key, c.remove):
		names = []string{strings.TrimPrefix(key, c.remove)}
	case c.remove != "":
		return nil // of a head: its "pooler" is another than the base model's
	}
	for _, name := range names {
		for _, r := range renamed {
			for i, end := range r {
				if stem, has := strings.CutSuffix(name, end); has {
					names = append(names, stem+r[1-i])
				}
			}
		}
	}
	return names
}

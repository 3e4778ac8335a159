package nn

import (
	"fmt"
	"maps"
	"slices"

	"multitorch/torch"
)

// LoadStateDict copies a state into the model's own tensors, converting dtype
// and device, as Module.load_state_dict. It is strict unless [Strict](false) is given: where keys
// do not match, it changes nothing and returns a [*StateError]. Shapes must match in any
// case. Whatever the error, the model is as it was.
//
// A parameter that sits in several places of the model need be in the state once only; see
// [Aliases] for one that does not. A pointer to a [LoadReport] gets all that did not match:
//
//	var report nn.LoadReport
//	err := nn.LoadStateDict(model, state, nn.Strict(false), &report)
func LoadStateDict(m Module, state []torch.NamedTensor, opts ...LoadOption) error {
	l := loader{strict: true, report: &LoadReport{}}
	for _, o := range opts {
		o.load(&l)
	}
	*l.report = LoadReport{}
	return torch.Try(func() error {
		if err := l.read(state); err != nil {
			return err
		}
		if err := l.compare(m); err != nil {
			return err
		}
		if err := l.misfit(); err != nil {
			return err
		}
		return l.copy()
	})
}

// LoadOption is an option of [LoadStateDict]: [Strict], [Rename], [StripPrefix], [Aliases], a
// [*LoadReport].
type LoadOption interface{ load(*loader) }

// Strict(false) loads what there is: keys of the model that the state lacks, and keys of the state
// that the model lacks, are in the report and no error. The default is true.
type Strict bool

// Rename gives a key of the state its name in the model; a key that it maps to "" is left out.
type Rename func(key string) string

// StripPrefix takes a prefix off those of the state's keys that have it, as
// consume_prefix_in_state_dict_if_present: "module." of a model that was saved inside DataParallel.
type StripPrefix string

// Aliases says of tensors that are in the state under another name under which: {"head.weight":
// "embedding.weight"}. It is what safetensors' save_model leaves in a file's metadata, which may be
// given as it is.
type Aliases map[string]string

func (s Strict) load(l *loader)      { l.strict = bool(s) }
func (r Rename) load(l *loader)      { l.renames = append(l.renames, r) }
func (a Aliases) load(l *loader)     { l.aliases = a }
func (p StripPrefix) load(l *loader) { l.renames = append(l.renames, p.rename) }

type loader struct {
	strict  bool
	renames []Rename
	aliases Aliases

	names  []string                 // the state's, in its order
	given  map[string]*torch.Tensor // the state
	pairs  []pair
	report *LoadReport
}

// pair is a tensor of the model, and what it becomes.
type pair struct {
	name     string
	to, from *torch.Tensor
}

// read takes the state in, under the names that it has in the model.
func (l *loader) read(state []torch.NamedTensor) error {
	l.given = map[string]*torch.Tensor{}
	was := map[string]string{}
	for _, s := range state {
		name := s.Name
		for _, r := range l.renames {
			if name != "" {
				name = r(name)
			}
		}
		if name == "" || s.Tensor == nil {
			continue
		}
		if before, twice := was[name]; twice && before == s.Name {
			return fmt.Errorf("the state has the key %.80q twice", name)
		} else if twice {
			return fmt.Errorf("the state's keys %.80q and %.80q are both renamed to %.80q", before, s.Name, name)
		}
		was[name], l.given[name] = s.Name, s.Tensor
		l.names = append(l.names, name)
	}
	return nil
}

// compare pairs the model's tensors with the state's, and reports what does not match.
func (l *loader) compare(m Module) error {
	l.upgrade(m)
	own := StateDict(m)
	known, loaded := map[string]bool{}, map[*torch.Tensor]bool{}
	for _, o := range own {
		known[o.Name] = true
		loaded[o.Tensor] = loaded[o.Tensor] || l.given[o.Name] != nil
	}
	for _, o := range own {
		t := l.given[o.Name]
		if t == nil {
			t = l.given[l.aliases[o.Name]]
		}
		if t == nil {
			if !loaded[o.Tensor] {
				l.report.Missing = append(l.report.Missing, o.Name)
			}
			continue
		}
		if err := torch.Try(func() error { l.pair(o, t); return nil }); err != nil {
			return fmt.Errorf("%s: %w", o.Name, err)
		}
	}
	for _, name := range l.names {
		if !known[name] && l.given[name] != nil {
			l.report.Unexpected = append(l.report.Unexpected, name)
		}
	}
	return nil
}

// upgrade lets modules change the state, to which they may add names.
func (l *loader) upgrade(m Module) {
	before := maps.Clone(l.given)
	walk(m, func(n *node) {
		u, ok := n.module.(StateUpgrader)
		switch {
		case ok && n.path == "":
			u.UpgradeState("", l.given)
		case ok:
			u.UpgradeState(n.path+".", l.given)
		}
	})
	for _, name := range slices.Sorted(maps.Keys(l.given)) {
		if before[name] == nil {
			l.names = append(l.names, name)
		}
	}
}

func (l *loader) pair(own torch.NamedTensor, from *torch.Tensor) {
	want, got := own.Tensor.Shape(), from.Shape()
	if len(want) == 0 && slices.Equal(got, torch.Shape{1}) { // as PyTorch 0.3 saved scalars
		from, got = from.Select(0, 0), want
	}
	if !slices.Equal(want, got) {
		l.report.Misshaped = append(l.report.Misshaped, fmt.Sprintf("%s: expected %s, but got %s", own.Name, pyList(want), pyList(got)))
		return
	}
	if from.Numel() > 0 && !from.SharesMemory(from) {
		panic(invalid("LoadStateDict", "expected a dense tensor, but got a sparse one: to_dense gives one"))
	}
	l.pairs = append(l.pairs, pair{own.Name, own.Tensor, from})
}

// copy writes the state into the model. What may fail, conversions to the model's dtypes and
// devices, comes before the first write.
func (l *loader) copy() (err error) {
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			for i, p := range l.pairs {
				err = torch.Try(func() error {
					if l.pairs[i].from = p.from.To(p.to.DType(), p.to.Device()); l.pairs[i].from != p.from {
						s.Own(l.pairs[i].from)
					}
					return nil
				})
				if err != nil {
					err = fmt.Errorf("%s: %w", p.name, err)
					return
				}
			}
			for _, p := range l.pairs {
				p.to.CopyInplace(p.from)
			}
		})
	})
	return err
}

package transformers

import (
	"fmt"
	"reflect"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

// Load says how [FromPretrained] loads a folder. The zero value is the usual way: float32 on the CPU, in evaluation mode.
type Load struct {
	// DType is the dtype of the weights: float32 unless given, whatever the folder's own is. Stored keeps the folder's.
	DType  torch.DType
	Stored bool
	Device torch.Device // the CPU unless given

	// Eager keeps the order of operations of Transformers' eager attention, for equal bits.
	Eager bool

	// New are parts of the model that are drawn anew ("classifier", "bert.pooler"), whether the folder has them or not. Any other
	// that it lacks is an error.
	New []string

	// Labels are the names of a classifier's classes, where they are not the folder's: with New, for a head of one's own.
	Labels []string

	// Unused are beginnings of keys that the folder has and the model does not need.
	Unused []string

	// Config is given instead of the folder's own settings, as [ReadConfig] read them and the program has changed them.
	Config Config

	// Copy reads the weights into memory of their own. Without it a model in a safetensors file lies on the file's pages, which the
	// system reads when they are first used; such a file must not be changed in place meanwhile (to replace it by renaming is
	// safe), as with [torch.SafetensorsFile].
	Copy bool

	// Report, if given, gets what was loaded and what not.
	Report *Report
}

// FromPretrained makes the model of a Hugging Face folder, as Python's from_pretrained: in evaluation mode, its weights on the
// file's pages or, of another dtype or device, moved there one by one. M is a model ("*BertForMaskedLM"), or [Model] for
// whichever the folder says. A base model's folder is read into a model with a head, and the other way round.
//
// Keys that are missing, left over or of another shape are a [*LoadError], unless o says that they are new or unused.
// What a base model's folder may lack, and does, is nil in the model: the pooler of a [BertModel].
func FromPretrained[M Model](dir string, o ...Load) (M, error) {
	var none M
	if len(o) > 1 {
		return none, fmt.Errorf("load %s: expected one Load, but got %d", dir, len(o))
	}
	l := loading{dir: dir}
	if len(o) == 1 {
		l.Load = o[0]
	}
	m, err := l.load(func(f *family, c *PretrainedConfig) (*class, error) { return pick(f, c, reflect.TypeFor[M]()) })
	if err != nil {
		return none, err
	}
	return m.(M), nil
}

// pick is the class that a Go type means for a folder.
func pick(f *family, c *PretrainedConfig, t reflect.Type) (*class, error) {
	if t.Kind() != reflect.Interface {
		if own := f.typed(t); own != nil {
			return own, nil
		}
		known := classes[t]
		if known == nil {
			return nil, fmt.Errorf("%s is no model that folders are read for", t)
		}
		return nil, fmt.Errorf("the folder is of a %s model, but %s reads %s; its classes are %s",
			f.modelType, known.name, known.family.modelType, strings.Join(Classes(f.modelType), ", "))
	}
	for _, name := range c.Architectures {
		if named := f.named(name); named != nil && named.typ.Implements(t) {
			return named, nil
		}
	}
	for _, known := range f.classes {
		if known.typ.Implements(t) {
			return known, nil
		}
	}
	return nil, fmt.Errorf("no class of the architecture %s is a %s; they are %s", f.modelType, t, strings.Join(Classes(f.modelType), ", "))
}

// loading is one call of FromPretrained.
type loading struct {
	Load
	dir     string
	class   *class
	weights *weights
	model   Model
	report  Report
}

func (l *loading) load(choose func(*family, *PretrainedConfig) (*class, error)) (m Model, err error) {
	if l.Config == nil {
		if l.Config, err = ReadConfig(l.dir); err != nil {
			return nil, err
		}
	} else if err := checkConfig(l.Config); err != nil {
		return nil, fmt.Errorf("load %s: the given settings: %w", l.dir, err)
	}
	f := families[l.Config.Common().ModelType]
	if f == nil {
		return nil, fmt.Errorf("load %s: the architecture %.80q is not known; known are %s", l.dir, l.Config.Common().ModelType,
			strings.Join(ModelTypes(), ", "))
	}
	if l.class, err = choose(f, l.Config.Common()); err != nil {
		return nil, fmt.Errorf("load %s: %w", l.dir, err)
	}
	common := l.Config.Common()
	if common.Eager = common.Eager || l.Eager; len(l.Labels) > 0 {
		common.SetLabels(l.Labels...)
	}
	if l.weights, err = openWeights(l.dir, l.Copy); err != nil {
		return nil, err
	}
	defer l.weights.close()
	if err := l.plausible(); err != nil {
		return nil, err
	}
	err = torch.Try(func() error { return l.fill() })
	if l.Report != nil {
		*l.Report = l.report
	}
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", l.dir, err)
	}
	return l.model, nil
}

// fill makes the model, whose modules draw nothing, and puts the weights in.
func (l *loading) fill() error {
	if err := l.build(); err != nil {
		return err
	}
	found, err := l.match()
	if err != nil {
		return err
	}
	if found.split != "" && l.Config.Common().TieWordEmbeddings {
		// Two matrices that the settings call one are stored and differ: the weights are right.
		l.Config.Common().TieWordEmbeddings = false
		l.report.Untied = found.split
		if err := l.build(); err != nil {
			return err
		}
		if found, err = l.match(); err != nil {
			return err
		}
	}
	if found.split != "" {
		return fmt.Errorf("%s: the key %.80q is the same parameter as another, but is stored with other values", l.weights.path, found.split)
	}
	if err := l.report.misfit(); err != nil {
		return err
	}
	torch.NoGrad(func() { err = l.put(found) })
	if err != nil {
		return err
	}
	nn.Eval(l.model)
	return nil
}

// build makes the model without drawing weights.
func (l *loading) build() error {
	common := l.Config.Common()
	common.loading = true
	defer func() { common.loading = false }()
	return torch.Try(func() error {
		nn.SkipInit(func() { l.model = l.class.make(l.Config) })
		return nil
	})
}

// put moves the weights in, each in its turn, and draws what is new.
func (l *loading) put(found *matched) error {
	dtype := l.DType
	if dtype == 0 {
		dtype = torch.Float32
	}
	if !dtype.IsFloatingPoint() {
		return fmt.Errorf("expected a floating-point dtype for weights, but got %v", dtype)
	}
	for _, p := range found.pairs {
		t, err := l.weights.take(p.from)
		if err != nil {
			return err
		}
		to := p.to.DType()
		if to.IsFloatingPoint() && !l.Stored {
			to = dtype
		} else if l.Stored && t.DType().IsFloatingPoint() {
			to = t.DType()
		}
		moved := t
		err = torch.Try(func() error { moved = t.To(to, l.Device); p.to.SetData(moved); return nil })
		if moved != t {
			moved.Free()
		}
		t.Free()
		if err != nil {
			return fmt.Errorf("%s: %.80q: %w", l.weights.path, p.from, err)
		}
	}
	if len(found.fresh) > 0 {
		drawWeights(l.model, l.Config.Common().std(), func(p *nn.Parameter) bool { return found.fresh[p.Tensor] })
	}
	rest := []torch.Option{l.Device}
	if !l.Stored {
		rest = append(rest, dtype)
	}
	nn.To(l.model, rest...) // what is new, and buffers that no folder has
	return nil
}

package transformers

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"multitorch/nn"
)

type base = nn.Base

// Model is a pretrained model: a module that embeds [PreTrainedModel].
type Model interface {
	nn.Module
	Configuration() Config
}

// family is an architecture: its settings and its classes. A file of an architecture adds it with [register].
type family struct {
	modelType string                  // in config.json
	config    func() Config           // with Python's defaults
	prefix    string                  // the base model's name within its heads' models, Python's base_model_prefix; "" for none
	ignored   []string                // ends of keys that older files hold and no module needs: "embeddings.position_ids"
	rename    func(key string) string // of older files; nil for none
	classes   []*class                // the base model first
}

// class is a model of a family.
type class struct {
	name   string // "BertForMaskedLM"
	typ    reflect.Type
	make   func(Config) Model
	family *family
	others []string // beginnings of keys of the folder's other parts, where the class is a part of what the architecture is
}

// classOf makes an entry of a constructor.
func classOf[C Config, M Model](constructor func(C) M) *class {
	t := reflect.TypeFor[M]()
	return &class{name: t.Elem().Name(), typ: t, make: func(c Config) Model { return constructor(c.(C)) }}
}

var (
	families = map[string]*family{}
	classes  = map[reflect.Type]*class{}
)

// register adds an architecture to those that folders are read for.
func register(f *family) {
	families[f.modelType] = f
	for _, c := range f.classes {
		c.family = f
		classes[c.typ] = c
	}
}

// ModelTypes are the architectures that are known, by their model_type in config.json.
func ModelTypes() []string { return slices.Sorted(maps.Keys(families)) }

// Classes are the models of an architecture, by Python's names: the base model, and one for each head.
func Classes(modelType string) []string {
	var names []string
	if f := families[modelType]; f != nil {
		for _, c := range f.classes {
			names = append(names, c.name)
		}
	}
	return names
}

// named is the family's class of a name, or nil.
func (f *family) named(name string) *class {
	for _, c := range f.classes {
		if c.name == name {
			return c
		}
	}
	return nil
}

// typed is the family's class of a type, or nil.
func (f *family) typed(t reflect.Type) *class {
	for _, c := range f.classes {
		if c.typ == t {
			return c
		}
	}
	return nil
}

// ending is the family's class with a head, "ForMaskedLM", or nil.
func (f *family) ending(head string) *class {
	for _, c := range f.classes {
		if strings.HasSuffix(c.name, head) {
			return c
		}
	}
	return nil
}

package transformers

import (
	"fmt"
	"reflect"
	"strings"

	"multitorch/torch"
)

func typeOf(m Model) reflect.Type { return reflect.TypeOf(m) }

// AutoModel loads a folder of any architecture that is known into its base model, without a head.
func AutoModel(dir string, o ...Load) (Model, error) { return auto[Model](dir, "", o) }

// auto loads a folder into that class of its architecture whose name ends in head; the base model for "".
func auto[M Model](dir, head string, o []Load) (M, error) {
	var none M
	l := loading{dir: dir}
	if len(o) > 1 {
		return none, fmt.Errorf("load %s: expected one Load, but got %d", dir, len(o))
	} else if len(o) == 1 {
		l.Load = o[0]
	}
	m, err := l.load(func(f *family, _ *PretrainedConfig) (*class, error) {
		c := f.classes[0]
		if head != "" {
			c = f.ending(head)
		}
		if c == nil {
			return nil, fmt.Errorf("the architecture %s has no class %s; it has %s", f.modelType, head, strings.Join(Classes(f.modelType), ", "))
		}
		if kind := reflect.TypeFor[M](); !c.typ.Implements(kind) {
			return nil, fmt.Errorf("%s is no %s; those that are: %s", c.name, kind, strings.Join(ofKind(kind, head), ", "))
		}
		return c, nil
	})
	if err != nil {
		return none, err
	}
	return m.(M), nil
}

// ofKind are the names of the classes that auto would load as a kind of model.
func ofKind(kind reflect.Type, head string) []string {
	var names []string
	for _, modelType := range ModelTypes() {
		f := families[modelType]
		c := f.classes[0]
		if head != "" {
			c = f.ending(head)
		}
		if c != nil && c.typ.Implements(kind) {
			names = append(names, c.name)
		}
	}
	return names
}

// TextClassifier is a model with a head of classes: of texts, of tokens, or of the words of the vocabulary.
type TextClassifier interface {
	Model
	Forward(in BertInput) ClassifierOutput
}

// TextEncoder is a model that makes vectors of texts.
type TextEncoder interface {
	Model
	Forward(in BertInput) BaseModelOutput
}

// DropPooler takes away an encoder's pooler, for a program that makes a text's vector in another way.
func DropPooler(m TextEncoder) {
	if o, ok := m.(optional); ok {
		o.leaveOut(func(string) bool { return true })
	}
}

// AutoModelForMaskedLM loads a folder with the head of a masked language model.
func AutoModelForMaskedLM(dir string, o ...Load) (TextClassifier, error) {
	return auto[TextClassifier](dir, "ForMaskedLM", o)
}

// AutoModelForSequenceClassification loads a folder with a head of classes of texts.
func AutoModelForSequenceClassification(dir string, o ...Load) (TextClassifier, error) {
	return auto[TextClassifier](dir, "ForSequenceClassification", o)
}

// AutoModelForTokenClassification loads a folder with a head of classes of tokens.
func AutoModelForTokenClassification(dir string, o ...Load) (TextClassifier, error) {
	return auto[TextClassifier](dir, "ForTokenClassification", o)
}

// QuestionAnswerer is a model with a head that finds answers.
type QuestionAnswerer interface {
	Model
	Forward(in BertInput) QuestionAnsweringOutput
}

// AutoModelForQuestionAnswering loads a folder with a head that finds answers.
func AutoModelForQuestionAnswering(dir string, o ...Load) (QuestionAnswerer, error) {
	return auto[QuestionAnswerer](dir, "ForQuestionAnswering", o)
}

// NewModel makes a model by Python's name, "BertForMaskedLM", with weights drawn as Python draws them. Settings of another
// architecture, or that make no sense, are an error.
func NewModel(class string, c Config) (m Model, err error) {
	f := families[c.Common().ModelType]
	if f == nil || f.named(class) == nil {
		return nil, fmt.Errorf("the architecture %.80q has no class %.80q; it has %s", c.Common().ModelType, class,
			strings.Join(Classes(c.Common().ModelType), ", "))
	}
	err = torch.Try(func() error { m = f.named(class).make(c); return nil })
	return m, err
}

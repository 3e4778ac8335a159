package transformers

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// Config is the settings of an architecture: a pointer to a struct that embeds [PretrainedConfig], whose fields are the keys
// of config.json.
type Config interface{ Common() *PretrainedConfig }

// PretrainedConfig is what all architectures' settings have.
type PretrainedConfig struct {
	ModelType         string         `json:"model_type"`                  // the architecture: "bert"
	Architectures     []string       `json:"architectures,omitempty"`     // the class that was saved: "BertForMaskedLM"
	DType             string         `json:"dtype,omitempty"`             // of the stored weights: "float32"
	TieWordEmbeddings bool           `json:"tie_word_embeddings"`         // whether a language model's last matrix is its first: true
	InitializerRange  float64        `json:"initializer_range,omitempty"` // the spread of new weights: 0.02
	ID2Label          map[int]string `json:"id2label,omitempty"`          // the classes' names; nil: LABEL_0 and LABEL_1
	Label2ID          map[string]int `json:"label2id,omitempty"`
	ProblemType       string         `json:"problem_type,omitempty"` // of a classifier: "regression", "single_label_classification", …

	// Eager keeps the order of operations of Transformers' eager attention, which gives its bits. It is no part of a folder.
	Eager bool `json:"-"`

	raw     map[string]json.RawMessage // all keys of the file, those that nothing here knows included
	loading bool                       // whether modules draw no weights, which come from a folder
}

// Common is the struct itself: it makes every configuration that embeds it a [Config].
func (c *PretrainedConfig) Common() *PretrainedConfig { return c }

// NumLabels is the number of classes: 2 unless they have names.
func (c *PretrainedConfig) NumLabels() int {
	if c.ID2Label == nil {
		return 2
	}
	return len(c.ID2Label)
}

// SetLabels names the classes, in their order.
func (c *PretrainedConfig) SetLabels(names ...string) {
	c.ID2Label, c.Label2ID = map[int]string{}, map[string]int{}
	for i, name := range names {
		c.ID2Label[i], c.Label2ID[name] = name, i
	}
}

// SetNumLabels names n classes LABEL_0 and so on.
func (c *PretrainedConfig) SetNumLabels(n int) {
	names := make([]string, n)
	for i := range names {
		names[i] = "LABEL_" + strconv.Itoa(i)
	}
	c.SetLabels(names...)
}

// Labels are the names of the classes, in their order.
func (c *PretrainedConfig) Labels() []string {
	if c.ID2Label == nil {
		return []string{"LABEL_0", "LABEL_1"}
	}
	var names []string
	for _, id := range slices.Sorted(maps.Keys(c.ID2Label)) {
		names = append(names, c.ID2Label[id])
	}
	return names
}

// std is the standard deviation of new weights.
func (c *PretrainedConfig) std() float64 {
	if c.InitializerRange == 0 {
		return 0.02
	}
	return c.InitializerRange
}

// TokenIDs is a setting that Python allows to be a token or several: eos_token_id.
type TokenIDs []int

// UnmarshalJSON reads a number, a list of them or null.
func (t *TokenIDs) UnmarshalJSON(b []byte) error {
	var one *int
	if json.Unmarshal(b, &one) == nil {
		if *t = nil; one != nil {
			*t = TokenIDs{*one}
		}
		return nil
	}
	var all []int
	err := json.Unmarshal(b, &all)
	*t = all
	return err
}

// MarshalJSON writes a single token as a number, none as null.
func (t TokenIDs) MarshalJSON() ([]byte, error) {
	switch len(t) {
	case 0:
		return []byte("null"), nil
	case 1:
		return json.Marshal(t[0])
	}
	return json.Marshal([]int(t))
}

// PreTrainedModel is what every model here embeds: a module that knows its settings.
type PreTrainedModel[C Config] struct {
	base
	Config C `nn:"-"`
}

// Configuration is the model's settings, for those who don't know its type.
func (m *PreTrainedModel[C]) Configuration() Config { return m.Config }

package transformers

import (
	"fmt"
	"reflect"
	"strings"
)

// sizes are the settings, in all architectures' words, that are a dimension of some weight; counts those that have weights for
// each of their number.
var (
	sizes = " hidden_size vocab_size intermediate_size type_vocab_size d_model d_ff d_kv n_embd n_inner dim hidden_dim embed_dim " +
		"encoder_ffn_dim decoder_ffn_dim embedding_size num_mel_bins head_dim projection_dim "
	counts = " num_hidden_layers num_layers num_decoder_layers n_layer n_layers encoder_layers decoder_layers "
)

// plausible compares settings with what is stored before anything is made of them: a model can have no dimension larger than
// all its elements, nor more layers than tensors. So a damaged number is an error at once, and takes no memory and no time.
func (l *loading) plausible() error {
	elements := 0
	for _, name := range l.weights.names {
		info, err := l.weights.info(name)
		if err != nil {
			return err
		}
		n := 1
		for _, d := range info.Shape {
			n *= d
		}
		elements += n
	}
	return plausible(reflect.ValueOf(l.Config).Elem(), l.weights.path, elements, len(l.weights.names), len(l.New) > 0)
}

func plausible(v reflect.Value, path string, elements, tensors int, drawn bool) error {
	for _, f := range reflect.VisibleFields(v.Type()) {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		value := v.FieldByIndex(f.Index)
		if value.Kind() == reflect.Pointer && !value.IsNil() {
			value = value.Elem()
		}
		if value.Kind() == reflect.Struct && key != "" && key != "-" {
			if err := plausible(value, path, elements, tensors, drawn); err != nil {
				return err
			}
		}
		if !value.CanInt() || key == "" {
			continue
		}
		switch n := int(value.Int()); {
		case strings.Contains(sizes, " "+key+" ") && n > elements && !drawn:
			return fmt.Errorf("%s: the settings' %s is %d, but all weights together have %d elements", path, key, n, elements)
		case strings.Contains(counts, " "+key+" ") && n > tensors:
			return fmt.Errorf("%s: the settings' %s is %d, but there are %d weights", path, key, n, tensors)
		}
	}
	return nil
}

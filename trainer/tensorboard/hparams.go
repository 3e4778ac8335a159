package tensorboard

import (
	"fmt"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// The types of hyperparameters, as hparams/api.proto numbers them.
const (
	hparamString = 1
	hparamBool   = 2
	hparamNumber = 3
)

// HParams says with what settings the run was made and by which of its scalars such runs are compared, as SummaryWriter.add_hparams
// does, but in the run itself. Values are strings, bools, and numbers: any kind of int or float. The tag of each metric is that of a
// scalar of the run. It is called once.
func (w *Writer) HParams(settings map[string]any, metrics ...string) error {
	var experiment, session []byte
	for _, name := range sortedKeys(settings) {
		kind, value, err := hparam(settings[name])
		if err == nil && (name == "" || !utf8.ValidString(name)) {
			err = fmt.Errorf("expected a name of at least one letter in UTF-8")
		}
		if err != nil {
			return fmt.Errorf("tensorboard: hyperparameter %.80q: %w", name, err)
		}
		experiment = appendBytes(experiment, 4, appendInt(appendString(nil, 1, name), 4, kind))
		session = appendBytes(session, 1, appendBytes(appendString(nil, 1, name), 2, value))
	}
	for _, tag := range metrics {
		experiment = appendBytes(experiment, 5, appendBytes(nil, 1, appendString(nil, 2, tag)))
	}
	for _, part := range []struct {
		tag   string
		field protowire.Number
		data  []byte
	}{
		{"experiment", 2, experiment},
		{"session_start_info", 3, session},
		{"session_end_info", 4, appendInt(nil, 1, 1)}, // success
	} {
		v := Value{Tag: "_hparams_/" + part.tag, Plugin: "hparams", Content: appendBytes(nil, part.field, part.data)}
		if err := w.addValue(0, v); err != nil {
			return err
		}
	}
	return nil
}

// hparam is a value as google.protobuf.Value, which writes zeros too, because it is one of several.
func hparam(v any) (kind int64, value []byte, err error) {
	number := func(x float64) (int64, []byte, error) {
		b := protowire.AppendTag(nil, 2, protowire.Fixed64Type)
		return hparamNumber, protowire.AppendFixed64(b, math.Float64bits(x)), nil
	}
	switch v := v.(type) {
	case string:
		if !utf8.ValidString(v) {
			return 0, nil, fmt.Errorf("expected UTF-8, got other bytes")
		}
		return hparamString, appendString(nil, 3, v), nil
	case bool:
		b := protowire.AppendTag(nil, 4, protowire.VarintType)
		return hparamBool, protowire.AppendVarint(b, protowire.EncodeBool(v)), nil
	case int:
		return number(float64(v))
	case int64:
		return number(float64(v))
	case float32:
		return number(float64(v))
	case float64:
		return number(v)
	}
	return 0, nil, fmt.Errorf("expected a string, a bool, an int or a float, got a %T", v)
}

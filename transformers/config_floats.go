package transformers

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// pythonFloats writes 1 as 1.0 where a setting is a float: Transformers since 5.20 refuses a whole number there. settings are
// those of v, a struct, by their keys.
func pythonFloats(v reflect.Value, settings map[string]json.RawMessage) error {
	for _, f := range reflect.VisibleFields(v.Type()) {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		text, written := settings[key]
		if !written || key == "" {
			continue
		}
		field := v.FieldByIndex(f.Index)
		if field.Kind() == reflect.Pointer {
			field = field.Elem()
		}
		switch field.Kind() {
		case reflect.Float64:
			settings[key] = pythonFloat(text)
		case reflect.Struct:
			within := map[string]json.RawMessage{}
			if json.Unmarshal(text, &within) != nil {
				continue // written in a way of its own
			}
			if err := pythonFloats(field, within); err != nil {
				return err
			}
			text, err := json.Marshal(within)
			if err != nil {
				return err
			}
			settings[key] = text
		}
	}
	return nil
}

// pythonFloat is a number with a point or an exponent in it.
func pythonFloat(text json.RawMessage) json.RawMessage {
	if strings.ContainsAny(string(text), ".eE") || string(text) == "null" {
		return text
	}
	return append(slices.Clone(text), ".0"...)
}

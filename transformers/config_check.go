package transformers

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// Checks of single settings, by their key in config.json.

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func positive(key string, n int) error {
	if n <= 0 {
		return fmt.Errorf("%s: expected a number above 0, but got %d", key, n)
	}
	return nil
}

func probability(key string, p float64) error {
	if !(p >= 0 && p <= 1) {
		return fmt.Errorf("%s: expected a number from 0 to 1, but got %v", key, p)
	}
	return nil
}

// divides checks that a size can be divided into parts.
func divides(key string, parts int, of string, size int) error {
	if parts <= 0 || size%parts != 0 {
		return fmt.Errorf("%s: expected a divisor of %s, %d, but got %d", key, of, size, parts)
	}
	return nil
}

func checkPadding(id *int, words int) error {
	if id != nil && (*id < -words || *id >= words) {
		return fmt.Errorf("pad_token_id: expected an id below vocab_size, %d, but got %d", words, *id)
	}
	return nil
}

// checkNumbers looks at what all architectures have under much the same names: what keeps a norm from dividing by nothing, the
// spread of new weights, and a head's dropout. A negative one makes numbers of nothing, or ends the program, long after loading.
func checkNumbers(v reflect.Value) error {
	for _, f := range reflect.VisibleFields(v.Type()) {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		field := v.FieldByIndex(f.Index)
		if field.Kind() == reflect.Pointer && !field.IsNil() {
			field = field.Elem()
		}
		switch {
		case key == "" || key == "-":
		case field.Kind() == reflect.Struct:
			if err := within(key, checkNumbers(field)); err != nil {
				return err
			}
		case field.Kind() != reflect.Float64:
		case key == "classifier_dropout":
			if err := probability(key, field.Float()); err != nil {
				return err
			}
		case strings.HasSuffix(key, "_eps") || strings.HasSuffix(key, "_epsilon") || strings.HasPrefix(key, "initializer_") || key == "init_std":
			if x := field.Float(); !(x >= 0 && x <= math.MaxFloat32) {
				return fmt.Errorf("%s: expected a number from 0 on that float32 holds, but got %v", key, x)
			}
		}
	}
	return nil
}

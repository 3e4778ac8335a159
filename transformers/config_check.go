package transformers

import "fmt"

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

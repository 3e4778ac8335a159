package generation

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// UnmarshalJSON reads one id, a list of them, or null.
func (ids *IDs) UnmarshalJSON(b []byte) error {
	var one int64
	if json.Unmarshal(b, &one) == nil && string(b) != "null" {
		*ids = IDs{one}
		return nil
	}
	var list []int64
	if err := json.Unmarshal(b, &list); err != nil {
		return errors.New("expected an id or a list of ids")
	}
	*ids = list
	return nil
}

// MarshalJSON writes one id without brackets.
func (ids IDs) MarshalJSON() ([]byte, error) {
	if len(ids) == 1 {
		return json.Marshal(ids[0])
	}
	return json.Marshal([]int64(ids))
}

// UnmarshalJSON reads true, false or "never".
func (e *EarlyStopping) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*e = Full
	case "false", "null":
		*e = Likely
	case `"never"`:
		*e = Never
	default:
		return fmt.Errorf(`expected true, false or "never", but got %s`, b)
	}
	return nil
}

// MarshalJSON writes true, false or "never".
func (e EarlyStopping) MarshalJSON() ([]byte, error) {
	if e == Never {
		return []byte(`"never"`), nil
	}
	return json.Marshal(e == Full)
}

// UnmarshalJSON reads [[ids], bias].
func (b *Bias) UnmarshalJSON(data []byte) error { return pair(data, &b.IDs, &b.Bias) }

// MarshalJSON writes [[ids], bias].
func (b Bias) MarshalJSON() ([]byte, error) { return json.Marshal([]any{b.IDs, b.Bias}) }

// UnmarshalJSON reads [start, factor].
func (d *Decay) UnmarshalJSON(data []byte) error { return pair(data, &d.Start, &d.Factor) }

// MarshalJSON writes [start, factor].
func (d Decay) MarshalJSON() ([]byte, error) { return json.Marshal([]any{d.Start, d.Factor}) }

func pair(data []byte, first, second any) error {
	var two []json.RawMessage
	if err := json.Unmarshal(data, &two); err != nil || len(two) != 2 {
		return errors.New("expected a list of two")
	}
	return errors.Join(json.Unmarshal(two[0], first), json.Unmarshal(two[1], second))
}

// UnmarshalJSON reads a number of seconds.
func (s *Seconds) UnmarshalJSON(data []byte) error {
	var seconds float64
	if err := json.Unmarshal(data, &seconds); err != nil {
		return err
	}
	*s = Seconds(math.Min(math.Max(seconds, -1), 1e9) * float64(time.Second))
	return nil
}

// MarshalJSON writes a number of seconds.
func (s Seconds) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(s).Seconds()) }

package pretrained

import (
	"bytes"
	"encoding/json"
)

// counted is how many entries a JSON array or object has, which are not kept.
type counted int

// UnmarshalJSON implements json.Unmarshaler.
func (c *counted) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	open, err := d.Token()
	if err != nil || open != json.Delim('{') && open != json.Delim('[') {
		return err
	}
	for d.More() {
		if open == json.Delim('{') {
			if _, err := d.Token(); err != nil {
				return err
			}
		}
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return err
		}
		*c++
	}
	return nil
}

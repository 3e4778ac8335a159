package trainer

import (
	"errors"
	"math"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// JSON knows neither infinities nor NaN, but the best loss before the first epoch is one: they are written as texts.
// All else is as encoding/json has it.

var errNoNumber = errors.New("expected a number, Infinity, -Infinity or NaN, found another text")

func encodeInfo(info any) (string, error) {
	text, err := json.Marshal(info, jsonv1.DefaultOptionsV1(), json.Deterministic(true), json.WithMarshalers(json.JoinMarshalers(
		json.MarshalToFunc(func(e *jsontext.Encoder, v float64) error { return writeNonFinite(e, v) }),
		json.MarshalToFunc(func(e *jsontext.Encoder, v float32) error { return writeNonFinite(e, float64(v)) }))))
	return string(text), err
}

func decodeInfo(text string, info any) error {
	return json.Unmarshal([]byte(text), info, jsonv1.DefaultOptionsV1(), json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *float64) error { return readNonFinite(d, v) }),
		json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *float32) error { return readNonFinite(d, v) }))))
}

func writeNonFinite(e *jsontext.Encoder, v float64) error {
	switch {
	case math.IsNaN(v):
		return e.WriteToken(jsontext.String("NaN"))
	case math.IsInf(v, 1):
		return e.WriteToken(jsontext.String("Infinity"))
	case math.IsInf(v, -1):
		return e.WriteToken(jsontext.String("-Infinity"))
	}
	return errors.ErrUnsupported
}

// readNonFinite reads such a text, and leaves all else to the package.
func readNonFinite[T float32 | float64](d *jsontext.Decoder, v *T) error {
	if d.PeekKind() != '"' {
		return errors.ErrUnsupported
	}
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch text := token.String(); text {
	case "NaN", "Infinity", "-Infinity":
		number, err := strconv.ParseFloat(text, 64)
		*v = T(number)
		return err
	}
	return errNoNumber
}

package tokenizers

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Sequences hold components of their own kind, which know their JSON.

// writeAll is the fields of a sequence.
func (f *family[T]) writeAll(key string, list []T) ([]byte, error) {
	values := make([]jsontext.Value, len(list))
	for i, c := range list {
		var err error
		if values[i], err = f.write(c); err != nil {
			return nil, err
		}
	}
	return json.Marshal(map[string][]jsontext.Value{key: values})
}

func (f *family[T]) readAll(key string, data []byte) ([]T, error) {
	var fields map[string]jsontext.Value
	if err := json.Unmarshal(data, &fields, readOptions); err != nil {
		return nil, err
	}
	if fields[key] == nil {
		return nil, errorf("%s is missing", key)
	}
	var values []jsontext.Value
	if err := json.Unmarshal(fields[key], &values, readOptions); err != nil {
		return nil, errorf("%s: %w", key, err)
	}
	if len(values) > mostSteps {
		return nil, errorf("%s: %d components: want at most %d", key, len(values), mostSteps)
	}
	list := make([]T, len(values))
	for i, value := range values {
		if value.Kind() == 'n' {
			return nil, errorf("%s: number %d is null", key, i)
		}
		var err error
		if list[i], err = f.read(value); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// MarshalJSON writes the sequence's fields.
func (s NormalizerSequence) MarshalJSON() ([]byte, error) {
	return normalizers.writeAll("normalizers", s.Normalizers)
}

// UnmarshalJSON reads them.
func (s *NormalizerSequence) UnmarshalJSON(data []byte) (err error) {
	s.Normalizers, err = normalizers.readAll("normalizers", data)
	return err
}

// MarshalJSON writes the sequence's fields.
func (s PreTokenizerSequence) MarshalJSON() ([]byte, error) {
	return preTokenizers.writeAll("pretokenizers", s.PreTokenizers)
}

// UnmarshalJSON reads them.
func (s *PreTokenizerSequence) UnmarshalJSON(data []byte) (err error) {
	s.PreTokenizers, err = preTokenizers.readAll("pretokenizers", data)
	return err
}

// MarshalJSON writes the sequence's fields.
func (s PostProcessorSequence) MarshalJSON() ([]byte, error) {
	return postProcessors.writeAll("processors", s.Processors)
}

// UnmarshalJSON reads them.
func (s *PostProcessorSequence) UnmarshalJSON(data []byte) (err error) {
	s.Processors, err = postProcessors.readAll("processors", data)
	return err
}

// MarshalJSON writes the sequence's fields.
func (s DecoderSequence) MarshalJSON() ([]byte, error) {
	return decoders.writeAll("decoders", s.Decoders)
}

// UnmarshalJSON reads them.
func (s *DecoderSequence) UnmarshalJSON(data []byte) (err error) {
	s.Decoders, err = decoders.readAll("decoders", data)
	return err
}

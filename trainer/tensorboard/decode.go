package tensorboard

import (
	"fmt"
	"iter"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// A field is one number of a protocol buffer with what stands under it. Fields that are not known are passed over, and
// so are known ones of another type, as protocol buffers demand.
type field struct {
	num   protowire.Number
	typ   protowire.Type
	bits  uint64 // varint, fixed32, fixed64
	bytes []byte // length-delimited
}

func (f field) is(num protowire.Number, typ protowire.Type) bool { return f.num == num && f.typ == typ }

// fields yields the fields of one message.
func fields(b []byte) iter.Seq2[field, error] {
	return func(yield func(field, error) bool) {
		for len(b) > 0 {
			f, n := consumeField(b)
			if n < 0 {
				yield(field{}, fmt.Errorf("it is no protocol buffer: %w", protowire.ParseError(n)))
				return
			}
			if !yield(f, nil) {
				return
			}
			b = b[n:]
		}
	}
}

// consumeField returns the first field of b and its length, or a negative error code.
func consumeField(b []byte) (field, int) {
	num, typ, n := protowire.ConsumeTag(b)
	if n < 0 {
		return field{}, n
	}
	f, m := field{num: num, typ: typ}, 0
	switch typ {
	case protowire.VarintType:
		f.bits, m = protowire.ConsumeVarint(b[n:])
	case protowire.Fixed32Type:
		var v uint32
		v, m = protowire.ConsumeFixed32(b[n:])
		f.bits = uint64(v)
	case protowire.Fixed64Type:
		f.bits, m = protowire.ConsumeFixed64(b[n:])
	case protowire.BytesType:
		f.bytes, m = protowire.ConsumeBytes(b[n:])
	default:
		m = protowire.ConsumeFieldValue(num, typ, b[n:])
	}
	if m < 0 {
		return field{}, m
	}
	return f, n + m
}

func decodeEvent(b []byte) (e Event, err error) {
	for f, err := range fields(b) {
		switch {
		case err != nil:
		case f.is(1, protowire.Fixed64Type):
			e.WallTime = math.Float64frombits(f.bits)
		case f.is(2, protowire.VarintType):
			e.Step = int64(f.bits)
		case f.is(3, protowire.BytesType):
			e.FileVersion = string(f.bytes)
		case f.is(4, protowire.BytesType):
			e.Graph = f.bytes
		case f.is(5, protowire.BytesType):
			e.Values, err = decodeSummary(f.bytes)
		case f.is(7, protowire.BytesType):
			var status field
			status, err = find(f.bytes, 1, protowire.VarintType)
			e.Session = Session(int32(status.bits))
		case f.is(10, protowire.BytesType):
			var name field
			name, err = find(f.bytes, 1, protowire.BytesType)
			e.SourceWriter = string(name.bytes)
		}
		if err != nil {
			return Event{}, err
		}
	}
	return e, nil
}

func decodeSummary(b []byte) ([]Value, error) {
	var values []Value
	for f, err := range fields(b) {
		if err != nil {
			return nil, err
		}
		if !f.is(1, protowire.BytesType) {
			continue
		}
		v, err := decodeValue(f.bytes)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

func decodeValue(b []byte) (v Value, err error) {
	for f, err := range fields(b) {
		switch {
		case err != nil:
		case f.is(1, protowire.BytesType):
			v.Tag = string(f.bytes)
		case f.is(2, protowire.Fixed32Type):
			v.Data = Scalar(math.Float32frombits(uint32(f.bits)))
		case f.is(4, protowire.BytesType):
			v.Data, err = decodeImage(f.bytes)
		case f.is(5, protowire.BytesType):
			v.Data, err = decodeHistogram(f.bytes)
		case f.is(6, protowire.BytesType):
			v.Data, err = decodeAudio(f.bytes)
		case f.is(8, protowire.BytesType):
			v.Data, err = decodeTensor(f.bytes)
		case f.is(9, protowire.BytesType):
			v.Plugin, v.Content, err = decodePlugin(f.bytes)
		}
		if err != nil {
			return Value{}, err
		}
	}
	return v, nil
}

func decodeImage(b []byte) (img Image, err error) {
	for f, err := range fields(b) {
		switch {
		case err != nil:
			return Image{}, err
		case f.is(1, protowire.VarintType):
			img.Height = int(int32(f.bits))
		case f.is(2, protowire.VarintType):
			img.Width = int(int32(f.bits))
		case f.is(3, protowire.VarintType):
			img.Colorspace = int(int32(f.bits))
		case f.is(4, protowire.BytesType):
			img.PNG = f.bytes
		}
	}
	return img, nil
}

func decodeHistogram(b []byte) (h Histogram, err error) {
	single := map[protowire.Number]*float64{1: &h.Min, 2: &h.Max, 3: &h.Num, 4: &h.Sum, 5: &h.SumSquares}
	repeated := map[protowire.Number]*[]float64{6: &h.Limits, 7: &h.Counts}
	for f, err := range fields(b) {
		if err != nil {
			return Histogram{}, err
		}
		if list := repeated[f.num]; list != nil {
			switch f.typ {
			case protowire.Fixed64Type:
				*list = append(*list, math.Float64frombits(f.bits))
			case protowire.BytesType:
				if *list, err = appendPacked(*list, f.bytes); err != nil {
					return Histogram{}, err
				}
			}
		} else if v := single[f.num]; v != nil && f.typ == protowire.Fixed64Type {
			*v = math.Float64frombits(f.bits)
		}
	}
	if len(h.Limits) != len(h.Counts) {
		return Histogram{}, fmt.Errorf("a histogram has %d limits and %d counts", len(h.Limits), len(h.Counts))
	}
	return h, nil
}

// find returns the last field with this number and type, which is the one that counts, or a zero field.
func find(b []byte, num protowire.Number, typ protowire.Type) (found field, err error) {
	for f, err := range fields(b) {
		if err != nil {
			return field{}, err
		}
		if f.is(num, typ) {
			found = f
		}
	}
	return found, nil
}

func appendPacked(list []float64, b []byte) ([]float64, error) {
	for len(b) > 0 {
		bits, n := protowire.ConsumeFixed64(b)
		if n < 0 {
			return nil, fmt.Errorf("it is no protocol buffer: %w", protowire.ParseError(n))
		}
		list, b = append(list, math.Float64frombits(bits)), b[n:]
	}
	return list, nil
}

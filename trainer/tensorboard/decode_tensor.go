package tensorboard

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

func decodePlugin(b []byte) (name string, content []byte, err error) {
	plugin, err := find(b, 1, protowire.BytesType)
	if err != nil {
		return "", nil, err
	}
	for f, err := range fields(plugin.bytes) {
		switch {
		case err != nil:
			return "", nil, err
		case f.is(1, protowire.BytesType):
			name = string(f.bytes)
		case f.is(2, protowire.BytesType):
			content = f.bytes
		}
	}
	return name, content, nil
}

func decodeAudio(b []byte) (a Audio, err error) {
	for f, err := range fields(b) {
		switch {
		case err != nil:
			return Audio{}, err
		case f.is(1, protowire.Fixed32Type):
			a.SampleRate = math.Float32frombits(uint32(f.bits))
		case f.is(2, protowire.VarintType):
			a.Channels = int(int64(f.bits))
		case f.is(3, protowire.VarintType):
			a.Frames = int(int64(f.bits))
		case f.is(4, protowire.BytesType):
			a.WAV = f.bytes
		}
	}
	return a, nil
}

// decodeTensor reads a text, or numbers of float32 whose shape fits; it returns nil for other tensors.
func decodeTensor(b []byte) (Data, error) {
	var t Tensor
	elements := 1
	for f, err := range fields(b) {
		if err != nil {
			return nil, err
		}
		switch {
		case f.is(8, protowire.BytesType):
			return Text(f.bytes), nil
		case f.is(2, protowire.BytesType):
			for dim, err := range fields(f.bytes) {
				if err != nil {
					return nil, err
				}
				if dim.is(2, protowire.BytesType) {
					size, err := find(dim.bytes, 1, protowire.VarintType)
					if err != nil {
						return nil, err
					}
					if size.bits > MaxRecord || uint64(elements)*size.bits > MaxRecord {
						return nil, nil
					}
					elements *= int(size.bits)
					t.Shape = append(t.Shape, int(size.bits))
				}
			}
		case f.is(5, protowire.BytesType):
			for p := f.bytes; len(p) >= 4; p = p[4:] {
				t.Values = append(t.Values, math.Float32frombits(binary.LittleEndian.Uint32(p)))
			}
		}
	}
	if t.Shape == nil || len(t.Values) != elements {
		return nil, nil
	}
	return t, nil
}

package tensorboard

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// The numbers are those of the fields in TensorFlow's event.proto, summary.proto and tensor.proto. Fields go out in
// the order of their numbers and a zero is left out, as every implementation of protocol buffers does it, so the bytes
// are the same as theirs.

func appendEvent(b []byte, e Event) []byte {
	b = appendDouble(b, 1, e.WallTime)
	b = appendInt(b, 2, e.Step)
	if e.FileVersion != "" {
		b = appendString(b, 3, e.FileVersion)
	}
	if len(e.Graph) > 0 {
		b = appendBytes(b, 4, e.Graph)
	}
	if len(e.Values) > 0 {
		var summary []byte
		for _, v := range e.Values {
			summary = appendBytes(summary, 1, appendValue(nil, v))
		}
		b = appendBytes(b, 5, summary)
	}
	if e.Session != 0 {
		b = appendBytes(b, 7, appendInt(nil, 1, int64(e.Session)))
	}
	if e.SourceWriter != "" {
		b = appendBytes(b, 10, appendString(nil, 1, e.SourceWriter))
	}
	return b
}

func appendValue(b []byte, v Value) []byte {
	b = appendString(b, 1, v.Tag)
	switch d := v.Data.(type) { // one of several: it goes out even when it is zero
	case Scalar:
		b = protowire.AppendTag(b, 2, protowire.Fixed32Type)
		b = protowire.AppendFixed32(b, math.Float32bits(float32(d)))
	case Image:
		b = appendBytes(b, 4, appendImage(nil, d))
	case Histogram:
		b = appendBytes(b, 5, appendHistogram(nil, d))
	case Audio:
		b = appendBytes(b, 6, appendAudio(nil, d))
	case Text:
		b = appendBytes(b, 8, appendTextTensor(nil, string(d)))
	case Tensor:
		b = appendBytes(b, 8, appendTensor(nil, d))
	}
	if v.Plugin != "" {
		plugin := appendString(nil, 1, v.Plugin)
		if len(v.Content) > 0 {
			plugin = appendBytes(plugin, 2, v.Content)
		}
		b = appendBytes(b, 9, appendBytes(nil, 1, plugin))
	}
	return b
}

func appendImage(b []byte, img Image) []byte {
	b = appendInt(b, 1, int64(img.Height))
	b = appendInt(b, 2, int64(img.Width))
	b = appendInt(b, 3, int64(img.Colorspace))
	return appendBytes(b, 4, img.PNG)
}

func appendHistogram(b []byte, h Histogram) []byte {
	for i, v := range []float64{h.Min, h.Max, h.Num, h.Sum, h.SumSquares} {
		b = appendDouble(b, protowire.Number(i+1), v)
	}
	b = appendBytes(b, 6, packDoubles(h.Limits))
	return appendBytes(b, 7, packDoubles(h.Counts))
}

func appendAudio(b []byte, a Audio) []byte {
	if a.SampleRate != 0 {
		b = protowire.AppendTag(b, 1, protowire.Fixed32Type)
		b = protowire.AppendFixed32(b, math.Float32bits(a.SampleRate))
	}
	b = appendInt(b, 2, int64(a.Channels))
	b = appendInt(b, 3, int64(a.Frames))
	b = appendBytes(b, 4, a.WAV)
	return appendString(b, 5, "audio/wav")
}

// appendTensor writes a TensorProto of float32.
func appendTensor(b []byte, t Tensor) []byte {
	const dtFloat = 1
	b = appendInt(b, 1, dtFloat)
	b = appendBytes(b, 2, appendShape(nil, t.Shape))
	var packed []byte
	for _, v := range t.Values {
		packed = protowire.AppendFixed32(packed, math.Float32bits(v))
	}
	return appendBytes(b, 5, packed)
}

// appendTextTensor writes a TensorProto: one string, shape [1].
func appendTextTensor(b []byte, text string) []byte {
	const dtString = 7
	b = appendInt(b, 1, dtString)
	dim := appendInt(nil, 1, 1)
	b = appendBytes(b, 2, appendBytes(nil, 2, dim))
	return appendString(b, 8, text)
}

func appendDouble(b []byte, num protowire.Number, v float64) []byte {
	if math.Float64bits(v) == 0 { // minus zero is no zero
		return b
	}
	b = protowire.AppendTag(b, num, protowire.Fixed64Type)
	return protowire.AppendFixed64(b, math.Float64bits(v))
}

func appendInt(b []byte, num protowire.Number, v int64) []byte {
	if v == 0 {
		return b
	}
	b = protowire.AppendTag(b, num, protowire.VarintType)
	return protowire.AppendVarint(b, uint64(v))
}

func appendBytes(b []byte, num protowire.Number, v []byte) []byte {
	b = protowire.AppendTag(b, num, protowire.BytesType)
	return protowire.AppendBytes(b, v)
}

func appendString(b []byte, num protowire.Number, v string) []byte {
	return appendBytes(b, num, []byte(v))
}

func packDoubles(vs []float64) []byte {
	b := make([]byte, 0, 8*len(vs))
	for _, v := range vs {
		b = protowire.AppendFixed64(b, math.Float64bits(v))
	}
	return b
}

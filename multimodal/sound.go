package multimodal

import (
	"multitorch/multimodal/audio"
	"multitorch/nn"
	"multitorch/torch"
)

// LogMel makes of sounds the logarithms of how strong each of some mel bands is at each time, each sound with mean 0 and
// standard deviation 1. Frames are 25 ms long, 10 ms apart, and bands are torchaudio's.
type LogMel struct {
	nn.Base
	Mel *audio.MelSpectrogram
	hop int
}

// NewLogMel makes one for sounds of rate samples a second.
func NewLogMel(rate, mels int) *LogMel {
	frame, fft := rate/40, 1
	for fft < frame {
		fft *= 2
	}
	// The ends see silence, as they do in a longer batch, and not their mirror.
	c := audio.Torchaudio(rate, audio.NFFT(fft), audio.WinLength(frame), audio.HopLength(rate/100), audio.NMels(mels), audio.Zeros)
	return &LogMel{Mel: audio.NewMelSpectrogram(c), hop: rate / 100}
}

// Forward maps sounds [N, samples] to [N, frames, mels] and the number of frames of each, on the CPU. What fills up is 0.
func (m *LogMel) Forward(in Input) (mels, frames *torch.Tensor) {
	expect(in, "LogMel", "sounds as floats [N, samples]", func(s torch.Shape) bool {
		return len(s) == 2 && s[1] > 0 && in.Data.DType().IsFloatingPoint()
	})
	lengths := in.lengths()
	if low, high := lengths.Min().ItemInt(), lengths.Max().ItemInt(); low < 1 || high > int64(in.Data.Size(1)) {
		panic(invalid("LogMel", "expected lengths from 1 to %d samples, but got %d to %d", in.Data.Size(1), low, high))
	}
	x := in.Data.Mul(within(lengths, in.Data.Size(1), in.Data.Device()).To(in.Data.DType()))
	mels = m.Mel.Forward(x).Transpose(1, 2).Add(1e-6).Log()
	frames = lengths.FloorDiv(m.hop).Add(1)
	counts := within(frames, mels.Size(1), mels.Device()).To(mels.DType()).Unsqueeze(2)
	elements := counts.Sum(1, 2).View(-1, 1, 1).Mul(mels.Size(2))
	mean := mels.Mul(counts).Sum(1, 2).View(-1, 1, 1).Div(elements)
	centred := mels.Sub(mean).Mul(counts)
	deviation := centred.Square().Sum(1, 2).View(-1, 1, 1).Div(elements).Sqrt()
	return centred.Div(deviation.Add(1e-5)), frames
}

// AudioCNN encodes sounds by convolutions over their mel bands, and takes the mean over time.
type AudioCNN struct {
	nn.Base
	Mel          *LogMel
	Conv1, Conv2 *nn.Conv2d
	Pool         *nn.MaxPool2d
	Dropout      *nn.Dropout
	FC           *nn.Linear // nil where sequences are read
	width, size  int
}

func newAudioCNN(m Modality, sequence bool) *AudioCNN {
	e := &AudioCNN{
		Mel:   NewLogMel(m.SampleRate, m.Mels),
		Conv1: nn.NewConv2d(1, 16, 3, nn.Padding(1)), Conv2: nn.NewConv2d(16, 32, 3, nn.Padding(1)),
		Pool: nn.NewMaxPool2d(2, nn.CeilMode(true)), Dropout: nn.NewDropout(m.Dropout), width: 32 * ((m.Mels + 3) / 4), size: m.Size,
	}
	if !sequence {
		e.FC = nn.NewLinear(e.width, m.Size)
	}
	return e
}

// OutputSize is the width of the features.
func (m *AudioCNN) OutputSize() int { return m.size }

// Encode maps sounds [N, samples] to features [N, OutputSize()].
func (m *AudioCNN) Encode(in Input) *torch.Tensor {
	if m.FC == nil {
		panic(invalid("AudioCNN", "this encoder was made for a fusion that reads sequences"))
	}
	x, mask := m.EncodeSequence(in)
	weights := mask.To(x.DType()).Unsqueeze(2)
	mean := x.Mul(weights).Sum(1).Div(weights.Sum(1))
	return m.FC.Forward(m.Dropout.Forward(mean)).ReLU()
}

// SequenceSize is the width of a piece of time.
func (m *AudioCNN) SequenceSize() int { return m.width }

// EncodeSequence maps sounds to the features of pieces of 40 ms, [N, pieces, SequenceSize()].
func (m *AudioCNN) EncodeSequence(in Input) (elements, mask *torch.Tensor) {
	x, frames := m.Mel.Forward(in)
	x = x.Unsqueeze(1)
	for _, conv := range []*nn.Conv2d{m.Conv1, m.Conv2} {
		// A convolution's bias would make what fills up something else than 0.
		x = conv.Forward(x).ReLU().Mul(within(frames, x.Size(2), x.Device()).To(x.DType()).Unsqueeze(1).Unsqueeze(3))
		x = m.Pool.Forward(x)
		frames = frames.Add(1).FloorDiv(2)
	}
	elements = x.Transpose(1, 2).Flatten(2, -1) // [N, pieces, 32·mels/4]
	return elements, within(frames, elements.Size(1), x.Device())
}

// AudioGRU encodes sounds by a GRU over their mel bands.
type AudioGRU struct {
	nn.Base
	Mel  *LogMel
	Conv *nn.Conv1d // halves the steps
	recurrence
}

func newAudioGRU(m Modality) *AudioGRU {
	return &AudioGRU{
		Mel: NewLogMel(m.SampleRate, m.Mels), Conv: nn.NewConv1d(m.Mels, m.Size, 3, nn.Stride(2), nn.Padding(1)),
		recurrence: newRecurrence("gru", m.Size, m),
	}
}

// OutputSize is the width of the features.
func (m *AudioGRU) OutputSize() int { return m.size }

// Encode maps sounds [N, samples] to features [N, OutputSize()]: what was heard at the end.
func (m *AudioGRU) Encode(in Input) *torch.Tensor {
	last, _ := m.read(m.pieces(in))
	return last
}

// SequenceSize is the width of a piece of time.
func (m *AudioGRU) SequenceSize() int { return m.size }

// EncodeSequence maps sounds to what was heard after each 20 ms, [N, pieces, SequenceSize()].
func (m *AudioGRU) EncodeSequence(in Input) (elements, mask *torch.Tensor) {
	return m.sequence(m.pieces(in))
}

func (m *AudioGRU) pieces(in Input) (x, lengths *torch.Tensor) {
	x, frames := m.Mel.Forward(in)
	return m.Conv.Forward(x.Transpose(1, 2)).ReLU().Transpose(1, 2), frames.Add(1).FloorDiv(2)
}

package multimodal

import (
	"multitorch/libm"

	"multitorch/nn"
	"multitorch/torch"
)

// LogMel makes of sounds the logarithms of how strong each of some mel bands is at each time, each sound with mean 0 and
// standard deviation 1. Frames are 25 ms long, 10 ms apart, with a Hann window; bands are triangles on HTK's mel scale from
// 0 Hz to half the sample rate.
type LogMel struct {
	nn.Base
	Window  *nn.Buffer // [samples of a frame]
	Filters *nn.Buffer // [frequencies, mels]
	fft     int
	hop     int
}

// NewLogMel makes one for sounds of rate samples a second.
func NewLogMel(rate, mels int) *LogMel {
	frame, fft := rate/40, 1
	for fft < frame {
		fft *= 2
	}
	return &LogMel{
		Window:  nn.NewBuffer(torch.HannWindow(frame, true), nn.Persistent(false)),
		Filters: nn.NewBuffer(torch.FromSlice(melFilters(rate, fft, mels), fft/2+1, mels), nn.Persistent(false)),
		fft:     fft, hop: rate / 100,
	}
}

func melFilters(rate, fft, mels int) []float32 {
	mel := func(hz float64) float64 { return 2595 * libm.Log10(1+hz/700) }
	hz := func(mel float64) float64 { return 700 * (libm.Pow(10, mel/2595) - 1) }
	corner := func(i int) float64 { return hz(mel(float64(rate)/2) * float64(i) / float64(mels+1)) }
	filters := make([]float32, (fft/2+1)*mels)
	for f := range fft/2 + 1 {
		at := float64(f) * float64(rate) / float64(fft)
		for m := range mels {
			low, mid, high := corner(m), corner(m+1), corner(m+2)
			filters[f*mels+m] = float32(max(0, min((at-low)/(mid-low), (high-at)/(high-mid))))
		}
	}
	return filters
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
	// The ends see silence, as they do in a longer batch, and not their mirror.
	spectrum := x.STFT(m.fft, torch.STFTOptions{
		HopLength: m.hop, WinLength: m.Window.Size(0), Window: m.Window.Tensor, PadMode: "constant",
	})
	power := spectrum.ViewAsReal().Square().Sum(3) // [N, frequencies, frames]
	mels = power.Transpose(1, 2).Matmul(m.Filters.Tensor).Add(1e-6).Log()
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
	width        int
}

func newAudioCNN(m Modality, sequence bool) *AudioCNN {
	e := &AudioCNN{
		Mel:   NewLogMel(m.SampleRate, m.Mels),
		Conv1: nn.NewConv2d(1, 16, 3, nn.Padding(1)), Conv2: nn.NewConv2d(16, 32, 3, nn.Padding(1)),
		Pool: nn.NewMaxPool2d(2, nn.CeilMode(true)), Dropout: nn.NewDropout(m.Dropout), width: 32 * ((m.Mels + 3) / 4),
	}
	if !sequence {
		e.FC = nn.NewLinear(e.width, m.Size)
	}
	return e
}

// OutputSize is the width of the features.
func (m *AudioCNN) OutputSize() int { return m.FC.Weight.Size(0) }

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

package multimodal

import (
	"errors"
	"fmt"
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// Input is one modality of a batch, as its encoder takes it.
type Input struct {
	// Data are images, float [N, channels, height, width]; texts, int64 [N, words], filled up with 0; sounds, float
	// [N, samples]; or numbers, float [N, width].
	Data *torch.Tensor
	// Lengths are the words of each text, or the samples of each sound: int64 [N] on the CPU. Without them all are whole.
	Lengths *torch.Tensor
}

// Encoder makes features of a modality.
type Encoder interface {
	nn.Module
	// Encode maps N inputs to features [N, OutputSize()].
	Encode(in Input) *torch.Tensor
	OutputSize() int
}

// SequenceEncoder makes features of each element of a modality as well: of a picture's cells, a text's words, a sound's
// pieces of time.
type SequenceEncoder interface {
	Encoder
	// EncodeSequence maps N inputs to features [N, T, SequenceSize()] and a bool [N, T], false for what fills up, or nil.
	EncodeSequence(in Input) (elements, mask *torch.Tensor)
	SequenceSize() int
}

// Modality is what a model gets to know of the world in one way, and the encoder that makes features of it.
// [NewModality] sets the defaults.
type Modality struct {
	Name    string  `json:"name"`    // "image": what inputs are found by
	Encoder string  `json:"encoder"` // one of EncoderNames
	Size    int     `json:"size"`    // of the features: 64
	Dropout float64 `json:"dropout"` // before the last layer of cnn, bag and audio-cnn 0.5, of numbers 0; inside transformer 0.1

	Channels  int `json:"channels,omitempty"`   // of images: 3
	ImageSize int `json:"image_size,omitempty"` // the side for which a cnn is laid out, in pixels: 32. It takes others.

	Words         int     `json:"words,omitempty"`         // of texts: the size of the vocabulary, with 0 for filling up and 1 for the unknown
	WordSize      int     `json:"word_size,omitempty"`     // the length of a word's vector: 100; a transformer's is Size
	WordDropout   float64 `json:"word_dropout,omitempty"`  // the share of words that are hidden in training: 0.1
	MaxWords      int     `json:"max_words,omitempty"`     // the longest text that a transformer takes: 128
	Layers        int     `json:"layers,omitempty"`        // of a recurrent network 1, of a transformer 2
	Heads         int     `json:"heads,omitempty"`         // of a transformer: 4
	Bidirectional bool    `json:"bidirectional,omitempty"` // whether a recurrent network reads texts and sounds backwards too: false

	SampleRate int `json:"sample_rate,omitempty"` // of sounds, in Hz: 16000
	Mels       int `json:"mels,omitempty"`        // mel bands of a sound's spectrogram: 40

	Width int `json:"width,omitempty"` // of numbers: how many a sample has

	Folder        string `json:"folder,omitempty"`         // of a pretrained encoder: a Hugging Face folder
	TrainedLayers int    `json:"trained_layers,omitempty"` // its last layers that are trained: 0 for none, -1 for the whole encoder
}

// encoders are the encoders by name, in the order of [EncoderNames].
var encoders = []struct {
	name     string
	of       string
	defaults Modality
	make     func(m Modality, sequence bool) Encoder
	load     func(m Modality) (Encoder, error) // in place of make, where files are read
}{
	{"cnn", "images", Modality{Dropout: 0.5, Channels: 3, ImageSize: 32}, func(m Modality, s bool) Encoder { return newCNN(m, s) }, nil},
	{"resnet", "images", Modality{Channels: 3}, func(m Modality, s bool) Encoder { return newResNet(m, s) }, nil},
	{"pretrained-image", "images", Modality{Channels: 3}, nil, func(m Modality) (Encoder, error) { return newPretrainedImage(m) }},
	{"gru", "texts", Modality{WordSize: 100, WordDropout: 0.1, Layers: 1}, func(m Modality, _ bool) Encoder { return newRecurrentText(m) }, nil},
	{"lstm", "texts", Modality{WordSize: 100, WordDropout: 0.1, Layers: 1}, func(m Modality, _ bool) Encoder { return newRecurrentText(m) }, nil},
	{"bag", "texts", Modality{Dropout: 0.5, WordSize: 100, WordDropout: 0.1}, func(m Modality, _ bool) Encoder { return newBagOfWords(m) }, nil},
	{
		"transformer", "texts",
		Modality{Dropout: 0.1, WordDropout: 0.1, MaxWords: 128, Layers: 2, Heads: 4},
		func(m Modality, _ bool) Encoder { return newTransformerText(m) }, nil,
	},
	{"pretrained", "texts", Modality{}, nil, func(m Modality) (Encoder, error) { return newPretrainedText(m) }},
	{
		"audio-cnn", "sounds",
		Modality{Dropout: 0.5, SampleRate: 16000, Mels: 40},
		func(m Modality, s bool) Encoder { return newAudioCNN(m, s) }, nil,
	},
	{"audio-gru", "sounds", Modality{SampleRate: 16000, Mels: 40, Layers: 1}, func(m Modality, _ bool) Encoder { return newAudioGRU(m) }, nil},
	{"numbers", "numbers", Modality{}, func(m Modality, _ bool) Encoder { return newNumbers(m) }, nil},
}

// EncoderNames lists the encoders: cnn, resnet and pretrained-image for images, gru, lstm, bag, transformer and pretrained for
// texts, audio-cnn and audio-gru for sounds, numbers for numbers.
func EncoderNames() []string {
	names := make([]string, len(encoders))
	for i, e := range encoders {
		names[i] = e.name
	}
	return names
}

// NewModality is a modality of a name, with an encoder of a name and that one's defaults. Texts want Words as well, numbers
// Width, and a pretrained encoder its Folder. An encoder that is none is found out by [New] and [NewEncoder].
func NewModality(name, encoder string) Modality {
	var m Modality
	for _, e := range encoders {
		if e.name == encoder {
			m = e.defaults
		}
	}
	m.Name, m.Encoder, m.Size = name, encoder, FeatureSize
	return m
}

// NewEncoder makes a modality's encoder.
func NewEncoder(m Modality) (Encoder, error) { return newEncoder(m, false) }

// newEncoder leaves out, for one of which sequences are read, what only Encode needs.
func newEncoder(m Modality, sequence bool) (made Encoder, err error) {
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("modality %.40q: %w", m.Name, err)
	}
	for _, e := range encoders {
		switch {
		case e.name != m.Encoder:
		case e.load != nil:
			if made, err = e.load(m); err != nil {
				return nil, fmt.Errorf("modality %.40q: %w", m.Name, err)
			}
		default:
			err = torch.Try(func() error { made = e.make(m, sequence); return nil })
		}
	}
	return made, err
}

// of is what the modality's encoder takes: "images", "texts", "sounds" or "numbers".
func (m Modality) of() string {
	for _, e := range encoders {
		if e.name == m.Encoder {
			return e.of
		}
	}
	return ""
}

// check bounds what a description can ask for, which may come from a file.
func (m Modality) check() error {
	if !slices.Contains(EncoderNames(), m.Encoder) {
		return fmt.Errorf("encoder %.40q: expected one of %q", m.Encoder, EncoderNames())
	}
	if !(m.Dropout >= 0 && m.Dropout < 1) || !(m.WordDropout >= 0 && m.WordDropout < 1) {
		return fmt.Errorf("dropout %v and word dropout %v: expected numbers of at least 0 and below 1", m.Dropout, m.WordDropout)
	}
	type setting struct {
		name               string
		value, least, most int
	}
	settings := []setting{{"size", m.Size, 1, 1 << 14}}
	switch m.of() {
	case "images":
		settings = append(settings, setting{"channels", m.Channels, 1, 64})
		if m.Encoder == "cnn" {
			settings = append(settings, setting{"image size", m.ImageSize, 4, 4096})
		}
		if m.Encoder == "pretrained-image" {
			if settings = append(settings, setting{"trained layers", m.TrainedLayers, -1, 1 << 10}); m.Folder == "" || m.Channels != 3 {
				return errors.New("a pretrained encoder of pictures without a folder, or of other than 3 channels")
			}
		}
	case "texts":
		if m.Encoder == "pretrained" {
			if settings = append(settings, setting{"trained layers", m.TrainedLayers, -1, 1 << 10}); m.Folder == "" {
				return errors.New("a pretrained encoder without a folder")
			}
			break
		}
		settings = append(settings, setting{"words", m.Words, 2, 1 << 22})
		if m.Encoder != "bag" {
			settings = append(settings, setting{"layers", m.Layers, 1, 64})
		}
		if m.Encoder == "transformer" {
			settings = append(settings, setting{"max words", m.MaxWords, 1, 1 << 16}, setting{"heads", m.Heads, 1, m.Size})
		} else {
			settings = append(settings, setting{"word size", m.WordSize, 1, 1 << 14})
		}
	case "sounds":
		settings = append(settings, setting{"sample rate", m.SampleRate, 1000, 384_000}, setting{"mels", m.Mels, 4, 512})
		if m.Encoder == "audio-gru" {
			settings = append(settings, setting{"layers", m.Layers, 1, 64})
		}
	case "numbers":
		settings = append(settings, setting{"width", m.Width, 1, 1 << 20})
	}
	for _, s := range settings {
		if s.value < s.least || s.value > s.most {
			return fmt.Errorf("%s of encoder %s: expected %d to %d, but got %d (NewModality sets the defaults)",
				s.name, m.Encoder, s.least, s.most, s.value)
		}
	}
	if w := m.weights(); w > mostWeights {
		return fmt.Errorf("encoder %s with about %.0f weights: expected at most %d", m.Encoder, w, mostWeights)
	}
	if m.Bidirectional && m.Size%2 != 0 {
		return fmt.Errorf("size %d: expected an even number for a network that reads both ways", m.Size)
	}
	return nil
}

// mostWeights bounds the memory that a description can ask for: a gigabyte. Its numbers are bounded each, but not their
// products.
const mostWeights = 1 << 28

// weights is about how many weights the modality's encoder has.
func (m Modality) weights() float64 {
	size, layers := float64(m.Size), float64(m.Layers)
	words := float64(m.Words)
	switch m.Encoder {
	case "cnn":
		return 128 * cells * cells * size
	case "resnet":
		return 64 * size
	case "gru", "lstm":
		return words*float64(m.WordSize) + 4*size*(float64(m.WordSize)+2*layers*size)
	case "bag":
		return (words + size) * float64(m.WordSize)
	case "transformer":
		return (words+float64(m.MaxWords))*size + 12*layers*size*size
	case "audio-cnn":
		return 8 * float64(m.Mels) * size
	case "pretrained", "pretrained-image":
		return 0 // its folder is held against what it says itself
	case "audio-gru":
		return 3*float64(m.Mels)*size + 8*layers*size*size
	}
	return (float64(m.Width) + size) * size
}

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

// expect checks that an encoder is given what it takes.
func expect(in Input, encoder, want string, ok func(shape torch.Shape) bool) {
	if in.Data == nil {
		panic(invalid(encoder, "expected %s, but got nil", want))
	}
	if s := in.Data.Shape(); !ok(s) {
		panic(invalid(encoder, "expected %s, but got the shape %v", want, s))
	}
	if in.Lengths == nil {
		return
	}
	if s := in.Lengths.Shape(); len(s) != 1 || s[0] != in.Data.Size(0) {
		panic(invalid(encoder, "expected a length for each of the %d inputs, but got the shape %v", in.Data.Size(0), s))
	}
}

// lengths are an input's, on the CPU, where without them all are whole.
func (in Input) lengths() *torch.Tensor {
	if in.Lengths != nil {
		return in.Lengths.To(torch.Int64).CPU()
	}
	return torch.Full(torch.Shape{in.Data.Size(0)}, in.Data.Size(1), torch.Int64)
}

// within says which of steps elements count: a bool [N, steps], true below the lengths.
func within(lengths *torch.Tensor, steps int, d torch.Device) *torch.Tensor {
	return torch.Arange(0, steps, 1, d).Unsqueeze(0).Lt(lengths.To(d).Unsqueeze(1))
}

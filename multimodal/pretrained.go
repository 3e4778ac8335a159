package multimodal

import (
	"fmt"

	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers"
)

// PretrainedText encodes texts by a pretrained encoder out of a Hugging Face folder: the mean over the tokens, of length √size, so
// that a number is about as large as other encoders make them. Texts are the tokens of the folder's tokenizer.
type PretrainedText struct {
	nn.Base
	Encoder    transformers.TextEncoder
	Projection *nn.Linear // to Modality.Size; nil where that is the encoder's own

	frozen bool
	own    int // features of a token
	kept   kept
}

// newPretrainedText loads the folder. With no TrainedLayers the encoder is frozen: it computes without gradients and dropout.
func newPretrainedText(m Modality) (*PretrainedText, error) {
	loaded, err := transformers.AutoModel(m.Folder)
	if err != nil {
		return nil, err
	}
	encoder, ok := loaded.(transformers.TextEncoder)
	if !ok {
		return nil, fmt.Errorf("%s: expected an encoder of texts, but got a %T", m.Folder, loaded)
	}
	transformers.DropPooler(encoder)
	e := &PretrainedText{Encoder: encoder, frozen: m.TrainedLayers == 0, own: transformers.TextFeatures(encoder)}
	if nn.SetRequiresGrad(encoder, false); !e.frozen {
		transformers.Trainable(encoder, m.TrainedLayers)
	}
	if m.Size != e.own {
		e.Projection = nn.NewLinear(e.own, m.Size)
	}
	return e, nil
}

// OutputSize is the width of the features.
func (m *PretrainedText) OutputSize() int {
	if m.Projection != nil {
		return m.Projection.Weight.Size(0)
	}
	return m.own
}

// SequenceSize is the width of a token.
func (m *PretrainedText) SequenceSize() int { return m.OutputSize() }

// Encode maps texts [N, T] to features [N, OutputSize()]. A frozen encoder computes each text once.
func (m *PretrainedText) Encode(in Input) *torch.Tensor {
	expectTexts(in, "PretrainedText")
	m.longest(in)
	if m.frozen {
		return m.project(m.recall(in, m.vectors))
	}
	return m.project(m.vectors(in))
}

// vectors are the means of the tokens' vectors [N, own], of length √own.
func (m *PretrainedText) vectors(in Input) *torch.Tensor {
	return m.encode(in, func(x, mask *torch.Tensor) *torch.Tensor {
		y := transformers.MeanPooling(x, mask)
		return y.Div(y.NormP(2, 1).Unsqueeze(1).Clamp(1e-12, nil)).Mul(libm.Sqrt(float64(m.own)))
	})
}

// EncodeSequence maps texts [N, T] to the features of their tokens, [N, the longest, SequenceSize()].
func (m *PretrainedText) EncodeSequence(in Input) (elements, mask *torch.Tensor) {
	elements = m.project(m.encode(in, func(x, at *torch.Tensor) *torch.Tensor { mask = at; return x }))
	return elements, mask
}

func (m *PretrainedText) project(x *torch.Tensor) *torch.Tensor {
	if m.Projection == nil {
		return x
	}
	return m.Projection.Forward(x)
}

// encode gives pool the tokens' vectors, and which of them count.
func (m *PretrainedText) encode(in Input, pool func(x, mask *torch.Tensor) *torch.Tensor) (y *torch.Tensor) {
	expectTexts(in, "PretrainedText")
	lengths, longest := in.lengths(), m.longest(in)
	mask := within(lengths, longest, in.Data.Device())
	forward := func() {
		out := m.Encoder.Forward(transformers.BertInput{InputIDs: in.Data.Narrow(1, 0, longest), AttentionMask: mask})
		y = pool(out.LastHiddenState, mask)
	}
	if !m.frozen {
		forward()
		return y
	}
	if e, ok := m.Encoder.(interface{ Training() bool }); ok && e.Training() {
		nn.Eval(m.Encoder) // a walk has put the whole model into training mode
	}
	torch.NoGrad(forward)
	return y
}

// longest is the length of the longest text.
func (m *PretrainedText) longest(in Input) int {
	lengths := in.lengths()
	longest := int(lengths.Max().ItemInt())
	if shortest := lengths.Min().ItemInt(); shortest < 1 || longest > in.Data.Size(1) {
		panic(invalid("PretrainedText", "expected lengths from 1 to %d, but got %d to %d", in.Data.Size(1), shortest, longest))
	}
	return longest
}

package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// ClassifierOutput is what a head of classes makes of a batch: of texts, tokens or words of the vocabulary.
type ClassifierOutput struct {
	Loss         *torch.Tensor // if there were labels
	Logits       *torch.Tensor // [N, classes], or [N, L, classes]
	HiddenStates []*torch.Tensor
	Attentions   []*torch.Tensor
}

// QuestionAnsweringOutput is what a question answering head makes of a batch.
type QuestionAnsweringOutput struct {
	Loss         *torch.Tensor // if there were positions
	StartLogits  *torch.Tensor // [N, L]
	EndLogits    *torch.Tensor // [N, L]
	HiddenStates []*torch.Tensor
	Attentions   []*torch.Tensor
}

// classify is a dropout and a matrix.
func classify(drop *nn.Dropout, matrix *nn.Linear, x *torch.Tensor) *torch.Tensor {
	y := drop.Forward(x)
	if y != x {
		defer y.Free()
	}
	return matrix.Forward(y)
}

// free frees what a head has used of its base model's output, and nobody has asked for.
func (o *BaseModelOutput) free(in BertInput) {
	if !in.OutputHiddenStates {
		o.LastHiddenState.Free()
	}
	if o.PoolerOutput != nil {
		o.PoolerOutput.Free()
	}
}

// tokenOutput is a head's output with a cross entropy over tokens.
func tokenOutput(base BaseModelOutput, logits *torch.Tensor, in BertInput) ClassifierOutput {
	base.free(in)
	out := ClassifierOutput{Logits: logits, HiddenStates: base.HiddenStates, Attentions: base.Attentions}
	if in.Labels != nil {
		out.Loss = crossEntropy(logits.View(-1, logits.Size(-1)), in.Labels.Reshape(-1))
	}
	return out
}

// textOutput is a head's output with the loss of a text classifier: which, its settings say, or the labels do.
func textOutput(base BaseModelOutput, logits *torch.Tensor, in BertInput, c *PretrainedConfig) ClassifierOutput {
	base.free(in)
	out := ClassifierOutput{Logits: logits, HiddenStates: base.HiddenStates, Attentions: base.Attentions}
	if in.Labels == nil {
		return out
	}
	kind := c.ProblemType
	if kind == "" {
		switch classes := logits.Size(-1); {
		case classes == 1:
			kind = "regression"
		case in.Labels.DType() == torch.Int64 || in.Labels.DType() == torch.Int32:
			kind = "single_label_classification"
		default:
			kind = "multi_label_classification"
		}
	}
	switch kind {
	case "regression":
		x, want := logits, in.Labels
		if logits.Size(-1) == 1 {
			x, want = logits.Squeeze(), want.Squeeze()
		}
		out.Loss = nn.NewMSELoss().Forward(x, want)
	case "single_label_classification":
		out.Loss = crossEntropy(logits, in.Labels.Reshape(-1))
	case "multi_label_classification":
		out.Loss = nn.NewBCEWithLogitsLoss().Forward(logits, in.Labels)
	default:
		panic(invalid("loss", "problem_type: expected regression, single_label_classification or multi_label_classification, but got %.80q", kind))
	}
	return out
}

// answerOutput splits logits [N, L, 2], and takes the mean of both cross entropies. Positions beyond the text count for nothing.
func answerOutput(base BaseModelOutput, logits *torch.Tensor, in BertInput) QuestionAnsweringOutput {
	base.free(in)
	defer logits.Free()
	scores := func(i int) *torch.Tensor {
		part := logits.Select(-1, i)
		defer part.Free()
		return part.Clone()
	}
	out := QuestionAnsweringOutput{StartLogits: scores(0), EndLogits: scores(1), HiddenStates: base.HiddenStates, Attentions: base.Attentions}
	if in.StartPositions != nil && in.EndPositions != nil {
		beyond := out.StartLogits.Size(1)
		loss := nn.NewCrossEntropyLoss(nn.IgnoreIndex(beyond))
		start := loss.Forward(out.StartLogits, in.StartPositions.Reshape(-1).Clamp(0, beyond))
		end := loss.Forward(out.EndLogits, in.EndPositions.Reshape(-1).Clamp(0, beyond))
		out.Loss = start.Add(end).Div(2)
	}
	return out
}

// crossEntropy is the mean over the labels that are not -100.
func crossEntropy(logits, labels *torch.Tensor) *torch.Tensor {
	return nn.NewCrossEntropyLoss().Forward(logits, labels)
}

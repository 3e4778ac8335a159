package multimodal

import "multitorch/torch"

// Average fuses at the model level: the mean of the class probabilities of
// models that were trained apart. Of an image model and a text model it is
// called late fusion, of more an ensemble.
func Average(logits ...*torch.Tensor) *torch.Tensor {
	sum := logits[0].Softmax(1)
	for _, l := range logits[1:] {
		sum = sum.Add(l.Softmax(1))
	}
	return sum.Div(len(logits))
}

package multimodal

import "multitorch/torch"

// Batch is N samples of image and text with their classes.
type Batch struct {
	Image   *torch.Tensor // float32 [N, 3, 32, 32], from -1 to 1
	Tokens  *torch.Tensor // int64 [N, T], filled up with 0
	Lengths *torch.Tensor // int64 [N], on the CPU: the tokens of each text
	Target  *torch.Tensor // int64 [N]
}

// To moves a batch to a device. Lengths stay on the CPU, where packing wants them.
func (b Batch) To(d torch.Device) Batch {
	b.Image, b.Tokens, b.Target = b.Image.To(d), b.Tokens.To(d), b.Target.To(d)
	return b
}

// Pixels turns bytes [..., 3, H, W] into the images that the encoders take,
// from -1 to 1. They must not be float32 yet.
func Pixels(bytes *torch.Tensor) *torch.Tensor {
	return bytes.To(torch.Float32).DivInplace(255).MulInplace(2).SubInplace(1)
}

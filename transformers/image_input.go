package transformers

import (
	"encoding/json"
	"fmt"

	"multitorch/torch"
)

// ImageInput is a batch of pictures for a model of pictures: [ViTModel], [CLIPVisionModel], [ResNetModel] and their like, and
// their heads. Package processors makes PixelValues of files.
type ImageInput struct {
	PixelValues *torch.Tensor // [N, channels, height, width]

	// InterpolatePosEncoding lets pictures have another size than the model's own: the positions' grid is scaled.
	InterpolatePosEncoding bool
	BoolMaskedPos          *torch.Tensor // 1 for each patch that is hidden [N, patches]; nil where none is

	OutputHiddenStates bool // whether the states between the layers are wanted
	OutputAttentions   bool // whether attention's weights are wanted, which takes the eager order

	Labels *torch.Tensor // a head's classes [N], or numbers for a regression, for its loss
}

// wanted is what of an input layers and losses look at.
func (in ImageInput) wanted() BertInput {
	return BertInput{OutputHiddenStates: in.OutputHiddenStates, OutputAttentions: in.OutputAttentions, Labels: in.Labels}
}

// check finds out whether there are pictures of so many channels.
func (in ImageInput) check(model string, channels int) {
	if in.PixelValues == nil {
		panic(invalid(model, "expected PixelValues [N, %d, height, width], but got none", channels))
	}
	if shape := in.PixelValues.Shape(); len(shape) != 4 || shape[0] == 0 || shape[1] != channels {
		panic(invalid(model, "expected PixelValues [N, %d, height, width], but got the shape %v", channels, shape))
	}
}

// pixels is the pictures in the dtype of weights. The caller frees them, if they are not the input's.
func (in ImageInput) pixels(weight *torch.Tensor) (x *torch.Tensor, own bool) {
	if in.PixelValues.DType() == weight.DType() {
		return in.PixelValues, false
	}
	return in.PixelValues.To(weight.DType()), true
}

// imageOutput is an image classifier's output, with its loss.
func imageOutput(base BaseModelOutput, logits *torch.Tensor, in ImageInput, c *PretrainedConfig) ClassifierOutput {
	if in.OutputHiddenStates {
		defer base.freeLast()
	}
	return textOutput(base, logits, in.wanted(), c)
}

// freeLast frees the last state, which a head has used, unless it is among those that were asked for.
func (o *BaseModelOutput) freeLast() {
	if states := o.HiddenStates; len(states) == 0 || states[len(states)-1] != o.LastHiddenState {
		o.LastHiddenState.Free()
	}
}

// Sides is a height and a width in pixels. In a file one number stands for both.
type Sides [2]int

// UnmarshalJSON reads a number or a list of two.
func (s *Sides) UnmarshalJSON(b []byte) error {
	var one *int
	if json.Unmarshal(b, &one) == nil {
		if one != nil {
			*s = Sides{*one, *one}
		}
		return nil
	}
	var two []int
	if json.Unmarshal(b, &two) != nil || len(two) != 2 {
		return fmt.Errorf("expected a number of pixels, or [height, width], but got %.60s", b)
	}
	*s = Sides(two)
	return nil
}

// MarshalJSON writes a number for equal sides.
func (s Sides) MarshalJSON() ([]byte, error) {
	if s[0] == s[1] {
		return json.Marshal(s[0])
	}
	return json.Marshal([2]int(s))
}

// The most pixels that a picture's side has, and the most patches that a picture of a model's own size is cut into.
const (
	longestSide = 1 << 16
	mostPatches = 1 << 20
)

func (s Sides) check(key string) error {
	if min(s[0], s[1]) < 1 || max(s[0], s[1]) > longestSide {
		return fmt.Errorf("%s: expected 1 to %d pixels, but got %v", key, longestSide, [2]int(s))
	}
	return nil
}

// checkPatches checks how pictures are cut into patches.
func checkPatches(image, patch Sides, channels int) error {
	if err := firstError(image.check("image_size"), patch.check("patch_size"), positive("num_channels", channels)); err != nil {
		return err
	}
	if n := (patchGrid{image, patch}).size(); n > mostPatches {
		return fmt.Errorf("patch_size: expected at most %d patches, but got %d", mostPatches, n)
	}
	if patch[0] > image[0] || patch[1] > image[1] {
		return fmt.Errorf("patch_size: expected at most image_size, %v, but got %v", [2]int(image), [2]int(patch))
	}
	return nil
}

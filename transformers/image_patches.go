package transformers

import (
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// patchGrid is how pictures are cut, and where the patches' positions belong.
type patchGrid struct {
	Image, Patch Sides
}

// size is the number of patches of a picture of the model's own size.
func (g patchGrid) size() int { return (g.Image[0] / g.Patch[0]) * (g.Image[1] / g.Patch[1]) }

// check finds out whether pictures have the model's size, or may have another.
func (g patchGrid) check(model string, in ImageInput) {
	height, width := in.PixelValues.Size(2), in.PixelValues.Size(3)
	switch {
	case height < g.Patch[0] || width < g.Patch[1]:
		panic(invalid(model, "pictures of %d x %d pixels are smaller than a patch, %v", height, width, [2]int(g.Patch)))
	case !in.InterpolatePosEncoding && (height != g.Image[0] || width != g.Image[1]):
		panic(invalid(model, "pictures of %d x %d pixels: the model is for %d x %d (image_size); "+
			"scale them as the folder's preprocessor_config.json says, or set InterpolatePosEncoding", height, width, g.Image[0], g.Image[1]))
	}
}

// patches maps pictures to a sequence of vectors [N, patches, features], by a convolution whose windows do not overlap.
func patches(convolution *nn.Conv2d, x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	return on.way(on.way(convolution.Forward(x)).Flatten(2, -1)).Transpose(1, 2)
}

// positions scales a square grid of positions, [1, special + patches, D] with so many in front that are of no place, to pictures
// of another size: bicubic, by the number of patches along each side and not by a factor, without smoothing. Positions of the
// model's own size are returned as they are.
func (g patchGrid) positions(all *torch.Tensor, special int, in ImageInput) (scaled *torch.Tensor, own bool) {
	height, width := in.PixelValues.Size(2)/g.Patch[0], in.PixelValues.Size(3)/g.Patch[1]
	count := all.Size(1) - special
	if height*width == count && in.PixelValues.Size(2) == in.PixelValues.Size(3) {
		return all, false
	}
	side := int(math.Sqrt(float64(count)))
	if side*side != count {
		panic(invalid("InterpolatePosEncoding", "expected as many patches along the height as along the width, but the model has %d", count))
	}
	var on passing
	defer on.free()
	dim := all.Size(2)
	grid := on.way(on.way(on.way(all.Narrow(1, special, count)).Reshape(1, side, side, dim)).Permute(0, 3, 1, 2))
	if grid.DType().Size() < 4 {
		grid = on.way(grid.To(torch.Float32)) // half of a number's digits would shift the positions
	}
	grid = on.way(nn.Interpolate(grid, nn.Size{height, width}, nn.Mode("bicubic"), nn.AlignCorners(false)))
	grid = on.way(grid.To(all.DType()))
	grid = on.way(grid.Permute(0, 2, 3, 1)).Reshape(1, -1, dim)
	if special == 0 {
		return grid, true
	}
	return torch.Cat([]*torch.Tensor{on.way(all.Narrow(1, 0, special)), on.way(grid)}, 1), true
}

// hide puts a token in the place of patches [N, L, D] that mask [N, L] has a 1 for.
func hide(x, token, mask *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	tokens := on.way(token.Expand(x.Size(0), x.Size(1), -1))
	hidden := on.way(on.way(mask.Unsqueeze(-1)).To(x.DType(), x.Device()))
	return on.way(x.Mul(on.way(hidden.RSub(1)))).Add(on.way(tokens.Mul(hidden)))
}

// encoderLayer is a layer of a transformer: it maps [N, L, D] to the same, and tells its attention's weights if asked to.
type encoderLayer interface {
	Forward(x *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor)
}

// passLayers passes x, which it frees if nobody asks for it, through layers.
func passLayers[L encoderLayer](layers []L, x *torch.Tensor, mask *Mask, in BertInput) BaseModelOutput {
	out := BaseModelOutput{}
	for _, layer := range layers {
		y, weights := layer.Forward(x, mask, in.OutputAttentions)
		out.pass(x, weights, in)
		x = y
	}
	out.end(x, in)
	return out
}

// normed puts the last state through a layer norm. Among the states between the layers it stays what it was.
func (o *BaseModelOutput) normed(norm *nn.LayerNorm, in BertInput) {
	before := o.LastHiddenState
	if o.LastHiddenState = norm.Forward(before); !in.OutputHiddenStates {
		before.Free()
	}
}

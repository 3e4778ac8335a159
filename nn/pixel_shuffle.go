package nn

import (
	"strconv"

	"multitorch/torch"
)

var (
	pixelShuffle   = torch.NewOperator("aten::pixel_shuffle", "self", "upscale_factor")
	pixelUnshuffle = torch.NewOperator("aten::pixel_unshuffle", "self", "downscale_factor")
	channelShuffle = torch.NewOperator("aten::channel_shuffle", "self", "groups")
)

// PixelShuffle makes pictures larger out of their channels, as torch.nn.PixelShuffle (Shi et al.,
// "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional
// Neural Network", 2016).
type PixelShuffle struct {
	Base
	factor int
}

// NewPixelShuffle makes a PixelShuffle that makes height and width larger by a factor.
func NewPixelShuffle(upscaleFactor int) *PixelShuffle {
	atLeast(1, upscaleFactor, "PixelShuffle", "upscale_factor")
	return &PixelShuffle{factor: upscaleFactor}
}

// Forward maps [..., C·r², H, W] to [..., C, H·r, W·r].
func (m *PixelShuffle) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("PixelShuffle", x, &result)
	return pixelShuffle.Call(x, m.factor)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *PixelShuffle) ExtraRepr() string { return "upscale_factor=" + strconv.Itoa(m.factor) }

// PixelUnshuffle is the way back of a [PixelShuffle], as torch.nn.PixelUnshuffle.
type PixelUnshuffle struct {
	Base
	factor int
}

// NewPixelUnshuffle makes a PixelUnshuffle that makes height and width smaller by a factor.
func NewPixelUnshuffle(downscaleFactor int) *PixelUnshuffle {
	atLeast(1, downscaleFactor, "PixelUnshuffle", "downscale_factor")
	return &PixelUnshuffle{factor: downscaleFactor}
}

// Forward maps [..., C, H·r, W·r] to [..., C·r², H, W].
func (m *PixelUnshuffle) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("PixelUnshuffle", x, &result)
	return pixelUnshuffle.Call(x, m.factor)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *PixelUnshuffle) ExtraRepr() string { return "downscale_factor=" + strconv.Itoa(m.factor) }

// ChannelShuffle puts the channels of groups among each other, as torch.nn.ChannelShuffle (Zhang et
// al., "ShuffleNet", 2017).
type ChannelShuffle struct {
	Base
	groups int
}

// NewChannelShuffle makes a ChannelShuffle of a number of groups, which must divide the channels.
func NewChannelShuffle(groups int) *ChannelShuffle {
	atLeast(1, groups, "ChannelShuffle", "groups")
	return &ChannelShuffle{groups: groups}
}

// Forward maps [N, C, ...] to the same.
func (m *ChannelShuffle) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("ChannelShuffle", x, &result)
	return channelShuffle.Call(x, m.groups)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *ChannelShuffle) ExtraRepr() string { return "groups=" + strconv.Itoa(m.groups) }

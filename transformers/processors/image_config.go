package processors

import (
	"fmt"
	"math"

	"multitorch/multimodal/image"
)

// ImageConfig is how pictures become numbers: the settings of a preprocessor_config.json, in the order in which they are
// applied. [Defaults] gives those of a kind; a setting that a file leaves out, or that is null, is the kind's.
type ImageConfig struct {
	Type string `json:"image_processor_type"` // the kind: "CLIPImageProcessor"

	DoConvertRGB bool `json:"do_convert_rgb"` // three channels of grey and transparent pictures

	DoResize bool     `json:"do_resize"`
	Size     Size     `json:"size,omitzero"`
	Resample Resample `json:"resample"`
	CropPct  float64  `json:"crop_pct,omitzero"` // ConvNext: the part of the shorter side that stays, where it is below 384

	DoCenterCrop bool `json:"do_center_crop"`
	CropSize     Size `json:"crop_size,omitzero"`

	DoRescale     bool    `json:"do_rescale"`
	RescaleFactor float64 `json:"rescale_factor"` // 1/255

	DoNormalize bool     `json:"do_normalize"`
	ImageMean   Channels `json:"image_mean"`
	ImageStd    Channels `json:"image_std"`

	DoPad   bool `json:"do_pad,omitzero"` // with zeros below and at the right, after all else
	PadSize Size `json:"pad_size,omitzero"`

	// RowsFirst scales along the rows first, always, as Pillow did before 13. Pillow 13 scales along the columns first
	// where the height shrinks by more than twice what the width does, which changes some pixels by 1 or 2.
	RowsFirst bool `json:"-"`
}

// Channels is a number for each channel, or one for all. In a file both are known.
type Channels []float64

// Of is the number of a channel.
func (c Channels) Of(channel int) float64 {
	if len(c) == 1 {
		return c[0]
	}
	return c[channel]
}

// Resample is a filter in Pillow's numbers: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming.
type Resample int

// The filters.
const (
	Nearest Resample = iota
	Lanczos
	Bilinear
	Bicubic
	Box
	Hamming
)

var filters = []image.Filter{image.Nearest, image.Lanczos, image.Bilinear, image.Bicubic, image.Box, image.Hamming}

const (
	imageNetDefault = 0.5 // ImageNet's "standard" mean and spread in Transformers
	convNextSquare  = 384 // from this size on ConvNext squeezes pictures instead of cropping them
)

// clipMean and clipStd are the colours of CLIP's training pictures.
var (
	clipMean = Channels{0.48145466, 0.4578275, 0.40821073}
	clipStd  = Channels{0.26862954, 0.26130258, 0.27577711}
	half     = Channels{imageNetDefault, imageNetDefault, imageNetDefault}
)

// kinds are the defaults of each kind of processor.
var kinds = map[string]ImageConfig{
	"ViTImageProcessor": {Size: square(224), Resample: Bilinear, ImageMean: half, ImageStd: half},
	"DeiTImageProcessor": {
		Size: square(256), Resample: Bicubic, DoCenterCrop: true, CropSize: square(224), ImageMean: half, ImageStd: half,
	},
	"SiglipImageProcessor":   {DoConvertRGB: true, Size: square(224), Resample: Bicubic, ImageMean: half, ImageStd: half},
	"ConvNextImageProcessor": {Size: shorter(384), Resample: Bicubic, CropPct: 224.0 / 256, ImageMean: half, ImageStd: half},
	"CLIPImageProcessor":     cropped,
	"BitImageProcessor":      cropped, // DINOv2
}

// cropped is the kind that cuts out the middle.
var cropped = ImageConfig{
	DoConvertRGB: true, Size: shorter(224), Resample: Bicubic, DoCenterCrop: true, CropSize: square(224),
	ImageMean: clipMean, ImageStd: clipStd,
}

// Defaults are the settings of a kind of processor by Transformers' name: BitImageProcessor, CLIPImageProcessor,
// ConvNextImageProcessor, DeiTImageProcessor, SiglipImageProcessor or ViTImageProcessor.
func Defaults(kind string) (ImageConfig, error) {
	c, known := kinds[kind]
	if !known {
		return c, fmt.Errorf("the image processor %.60q is not known; known are %s", kind, listed(kinds))
	}
	c.Type, c.DoResize, c.DoRescale, c.DoNormalize, c.RescaleFactor = kind, true, true, true, 1.0/255
	return c, nil
}

// check finds settings that make no sense, or that the kind does not have.
func (c *ImageConfig) check() error {
	if _, known := kinds[c.Type]; !known {
		return fmt.Errorf("image_processor_type: %.60q is not known; known are %s", c.Type, listed(kinds))
	}
	if c.Resample < 0 || int(c.Resample) >= len(filters) {
		return fmt.Errorf("resample: expected Pillow's number of a filter, 0 to %d, got %d", len(filters)-1, c.Resample)
	}
	if c.DoResize {
		if err := c.checkSize(); err != nil {
			return err
		}
	}
	if c.DoCenterCrop && !c.CropSize.isBox() {
		return fmt.Errorf("crop_size: expected height and width, got %v", c.CropSize)
	}
	if c.PadSize != (Size{}) && !c.PadSize.isBox() {
		return fmt.Errorf("pad_size: expected height and width, got %v", c.PadSize)
	}
	if c.DoRescale && !(math.Abs(c.RescaleFactor) <= math.MaxFloat32) {
		return fmt.Errorf("rescale_factor: expected a number that a float32 holds, got %v", c.RescaleFactor)
	}
	if c.DoNormalize {
		return c.checkColours()
	}
	return nil
}

// crops reports whether the kind is ConvNext's, which has a size of its own.
func (c *ImageConfig) crops() bool { return kinds[c.Type].CropPct != 0 }

func (c *ImageConfig) checkSize() error {
	switch s := c.Size; {
	case !s.isBox() && s.ShortestEdge == 0 && s.MaxHeight == 0:
		return fmt.Errorf("size: expected height and width, shortest_edge, or max_height and max_width, got %v", s)
	case !c.crops():
		return nil
	case s.ShortestEdge == 0 || s.LongestEdge != 0:
		return fmt.Errorf("size: %s expects shortest_edge, got %v", c.Type, s)
	case c.CropPct < 0.01 || c.CropPct > 1:
		return fmt.Errorf("crop_pct: expected 0.01 to 1, got %v", c.CropPct)
	}
	return nil
}

func (c *ImageConfig) checkColours() error {
	for _, of := range []struct {
		name   string
		values Channels
	}{{"image_mean", c.ImageMean}, {"image_std", c.ImageStd}} {
		if n := len(of.values); n < 1 || n > 4 {
			return fmt.Errorf("%s: expected a number for each of 1 to 4 channels, got %d", of.name, n)
		}
		for _, v := range of.values {
			if !(math.Abs(v) <= math.MaxFloat32) || of.name == "image_std" && float32(v) == 0 {
				return fmt.Errorf("%s: %v is not a colour's mean or spread", of.name, v)
			}
		}
	}
	return nil
}

package nn

import (
	"slices"
	"strings"

	"multitorch/torch"
)

// UpsampleConfig is the settings of an upsampling: either Size or ScaleFactor is set.
type UpsampleConfig struct {
	Size                 Size      `json:"size,omitempty"`         // of the output
	ScaleFactor          []float64 `json:"scale_factor,omitempty"` // the output's size as a multiple of the input's
	Mode                 string    `json:"mode"`                   // "nearest"
	AlignCorners         *bool     `json:"align_corners"`          // whether the corners stay what they are: nil, which is false
	RecomputeScaleFactor bool      `json:"recompute_scale_factor"` // whether the factor follows from the sizes: false
	Antialias            bool      `json:"antialias,omitempty"`    // whether making smaller smooths; of Interpolate only: false
}

// UpsampleOption is an option of the upsamplings: a [Size], [ScaleFactor], and of [NewUpsample] also
// [Mode], [AlignCorners] and [RecomputeScaleFactor], of [Interpolate] [Antialias], or a whole [UpsampleConfig].
type UpsampleOption interface{ upsample(*UpsampleConfig) }

func (c UpsampleConfig) upsample(to *UpsampleConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c UpsampleConfig) String() string {
	return pySettings(c, "Size", "ScaleFactor", "Mode", "AlignCorners", "RecomputeScaleFactor")
}

// ScaleFactor is how much larger an upsampling makes pictures: one number, or one for each dimension.
func ScaleFactor(factor ...float64) UpsampleOption { return scaleFactorOption(factor) }

// AlignCorners(true) lets an interpolation keep the values at the corners, so that the distances
// between the outermost centres are what is scaled. The default is false.
type AlignCorners bool

// RecomputeScaleFactor(true) interpolates with the ratio of the sizes, which are whole, in place of
// the factor that was given. The default is false.
type RecomputeScaleFactor bool

// Antialias(true) lets an interpolation to a smaller picture take in all of the larger one, in the modes
// "bilinear" and "bicubic". The default is false.
type Antialias bool

type scaleFactorOption []float64

func (s Size) upsample(c *UpsampleConfig)                 { c.Size = slices.Clone(s) }
func (f scaleFactorOption) upsample(c *UpsampleConfig)    { c.ScaleFactor = f }
func (m Mode) upsample(c *UpsampleConfig)                 { c.Mode = string(m) }
func (a AlignCorners) upsample(c *UpsampleConfig)         { on := bool(a); c.AlignCorners = &on }
func (r RecomputeScaleFactor) upsample(c *UpsampleConfig) { c.RecomputeScaleFactor = bool(r) }
func (a Antialias) upsample(c *UpsampleConfig)            { c.Antialias = bool(a) }

// Upsample makes sequences, pictures or volumes larger or smaller, as torch.nn.Upsample.
type Upsample struct{ upsampling }

// NewUpsample makes an Upsample. Either a [Size] or a [ScaleFactor] must be given.
//
//	nn.NewUpsample(nn.ScaleFactor(2), nn.Mode("bilinear"))
//	nn.NewUpsample(nn.Size{32, 48})
func NewUpsample(opts ...UpsampleOption) *Upsample {
	m := &Upsample{}
	m.init("Upsample", "size scale_factor mode align_corners recompute_scale_factor", UpsampleConfig{Mode: "nearest"}, opts)
	return m
}

// UpsamplingNearest2d is an [Upsample] of pictures in the mode "nearest", as
// torch.nn.UpsamplingNearest2d.
type UpsamplingNearest2d struct{ upsampling }

// NewUpsamplingNearest2d makes one. Either a [Size] or a [ScaleFactor] must be given.
func NewUpsamplingNearest2d(opts ...UpsampleOption) *UpsamplingNearest2d {
	m := &UpsamplingNearest2d{}
	m.init("UpsamplingNearest2d", "size scale_factor", UpsampleConfig{Mode: "nearest"}, opts)
	return m
}

// UpsamplingBilinear2d is an [Upsample] of pictures in the mode "bilinear" that keeps the corners,
// as torch.nn.UpsamplingBilinear2d.
type UpsamplingBilinear2d struct{ upsampling }

// NewUpsamplingBilinear2d makes one. Either a [Size] or a [ScaleFactor] must be given.
func NewUpsamplingBilinear2d(opts ...UpsampleOption) *UpsamplingBilinear2d {
	m, align := &UpsamplingBilinear2d{}, true
	m.init("UpsamplingBilinear2d", "size scale_factor", UpsampleConfig{Mode: "bilinear", AlignCorners: &align}, opts)
	return m
}

// upsampling is what the upsamplings have in common.
type upsampling struct {
	Base
	kind   string // the module's name
	config UpsampleConfig
}

func (m *upsampling) init(kind, takes string, defaults UpsampleConfig, opts []UpsampleOption) {
	c := configure(kind, takes, defaults, opts, UpsampleOption.upsample)
	m.kind, m.config = kind, c
	modes := []string{"nearest", "nearest-exact", "area", "linear", "bilinear", "bicubic", "trilinear"}
	i := slices.Index(modes, c.Mode)
	switch {
	case i < 0:
		panic(invalid(kind, "mode must be one of %s, but got %.40q", strings.Join(modes, ", "), c.Mode))
	case i < 3 && c.AlignCorners != nil:
		panic(invalid(kind, "align_corners is for the modes linear, bilinear, bicubic and trilinear, but got it for %s", c.Mode))
	case len(c.Size) == 0 && len(c.ScaleFactor) == 0:
		panic(invalid(kind, "either size or scale_factor must be given"))
	case len(c.Size) != 0 && len(c.ScaleFactor) != 0:
		panic(invalid(kind, "only one of size and scale_factor may be given, but got both"))
	case len(c.Size) != 0 && slices.Min(c.Size) < 1:
		panic(invalid(kind, "size must be at least 1, but got %v", c.Size))
	case c.Antialias && c.Mode != "bilinear" && c.Mode != "bicubic":
		panic(invalid(kind, "antialias is for the modes bilinear and bicubic, but got it for %s", c.Mode))
	case len(c.Size) != 0 && c.RecomputeScaleFactor:
		panic(invalid(kind, "recompute_scale_factor has no meaning for a size"))
	}
	for _, f := range c.ScaleFactor {
		if !(f > 0) {
			panic(invalid(kind, "scale_factor must be above 0, but got %v", f))
		}
	}
}

// Config is the module's settings.
func (m *upsampling) Config() UpsampleConfig {
	c := m.config
	c.Size, c.ScaleFactor = slices.Clone(c.Size), slices.Clone(c.ScaleFactor)
	return c
}

// Forward maps [N, C, L...] to [N, C, L'...].
func (m *upsampling) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	return m.config.interpolate(x)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *upsampling) ExtraRepr() string {
	c := &m.config
	size, mode := "size="+c.Size.String(), c.Mode
	switch {
	case len(c.ScaleFactor) == 1:
		size = "scale_factor=" + pyFloat(c.ScaleFactor[0])
	case len(c.ScaleFactor) > 1:
		size = "scale_factor=" + pyFloats(c.ScaleFactor)
	}
	if modeQuoted() {
		mode = "'" + mode + "'"
	}
	return size + ", mode=" + mode
}

package processors_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/torch"
	"multitorch/transformers/processors"
)

// synthetic is a picture of ramps that wrap, edges and fine checks.
func synthetic(height, width, channels int) *image.Image {
	m := image.New(height, width, channels)
	for y := range height {
		for x := range width {
			copy(m.At(y, x), []uint8{uint8(3*x + 5*y), uint8(x * y), uint8((x / 7) * (y / 5) * 13), uint8(255 - x - y)})
		}
	}
	return m
}

// TestImageProcessorGolden compares every bit with Transformers' processors that work with Pillow.
func TestImageProcessorGolden(t *testing.T) {
	content, err := os.ReadFile("testdata/image_processors.json") // by scripts/golden/image_processors.py
	require.NoError(t, err)
	var cases []struct {
		Config   json.RawMessage
		Pictures [][3]int
		DType    string
		Shape    torch.Shape
		SHA256   string
	}
	require.NoError(t, json.Unmarshal(content, &cases))
	require.Greater(t, len(cases), 80)
	for i, c := range cases {
		config, err := processors.ParseImageConfig(c.Config, "")
		require.NoError(t, err, "case %d: %s", i, c.Config)
		p, err := processors.NewImageProcessor(config)
		require.NoError(t, err)
		x := p.Process(pictures(c.Pictures)...)
		require.Equal(t, c.Shape, x.Shape(), "case %d: %s of %v", i, c.Config, c.Pictures)
		require.Equal(t, c.DType, x.DType().String())
		sum := sha256.Sum256(x.Bytes())
		require.Equal(t, c.SHA256, hex.EncodeToString(sum[:]), "case %d: %s of %v", i, c.Config, c.Pictures)
	}
}

// TestImageProcessorFacts are values that were measured beside the checksums: what to look at when these differ.
func TestImageProcessorFacts(t *testing.T) {
	for kind, want := range map[string][]float64{
		"CLIPImageProcessor": {
			-0.390814, -0.161274, -0.115093, -1.4711, -1.4419, -1.39811, -1.35431, -1.32511, -1.48196, 1.21944, 0.156688,
		},
		"ViTImageProcessor": {
			-0.372549, 0.082353, -0.207843, 0.639216, 0.670588, 0.701961, 0.733333, 0.764706, -0.113725, -0.0117647, -0.0251435,
		},
		"SiglipImageProcessor": {
			-0.372549, 0.168628, -0.215686, 0.639216, 0.670588, 0.701961, 0.733333, 0.764706, -0.160784, 0.027451, -0.0250667,
		},
		"ConvNextImageProcessor": {
			-0.160784, -0.231373, -0.443137, -0.427451, -0.411765, -0.396078, -0.372549, -0.356863, 0.0196079, 0.694118, -0.0117006,
		},
	} {
		c, err := processors.Defaults(kind)
		require.NoError(t, err)
		if kind == "ConvNextImageProcessor" {
			c.Size = processors.Size{ShortestEdge: 224}
		}
		p, err := processors.NewImageProcessor(c)
		require.NoError(t, err)
		x := p.Process(synthetic(200, 300, 3))
		at := func(c, y, x0 int) []int { return []int{0, c, y, x0} }
		places := [][]int{
			at(0, 100, 100), at(1, 100, 100), at(2, 100, 100), at(0, 50, 60), at(0, 50, 61), at(0, 50, 62), at(0, 50, 63), at(0, 50, 64),
			at(1, 200, 10), at(1, 200, 11),
		}
		for i, at := range places {
			v := x
			for d := range at {
				v = v.Select(0, at[d])
			}
			require.InDelta(t, want[i], v.Item(), 6e-6, "%s at %v", kind, at)
		}
		require.InDelta(t, want[10], x.Mean().Item(), 2e-6, kind)
	}
}

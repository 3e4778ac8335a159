package processors_test

import (
	"testing"

	"multitorch/torch"
	"multitorch/transformers/processors"
)

// FuzzParseImageConfig reads any settings, and whatever is accepted must process a picture or be a proper error.
func FuzzParseImageConfig(f *testing.F) {
	for _, seed := range []string{
		`{"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 12}, "crop_size": 9}`,
		`{"feature_extractor_type": "ConvNextFeatureExtractor", "size": 24, "crop_pct": 0.875}`,
		`{"image_processor_type": "ViTImageProcessor", "size": {"max_height": 7, "max_width": 3}, "image_mean": 0.1}`,
		`{"image_processor_type": "BitImageProcessor", "do_pad": true, "pad_size": [30, 40], "do_resize": false}`,
		`{"size": [3, 4], "resample": 0, "rescale_factor": -1, "do_normalize": false}`,
	} {
		f.Add([]byte(seed))
	}
	picture := synthetic(8, 11, 3)
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := processors.ParseImageConfig(content, "vit")
		if err != nil {
			return
		}
		for _, s := range []processors.Size{c.Size, c.CropSize, c.PadSize} {
			if max(s.Height, s.Width, s.ShortestEdge, s.MaxHeight, s.MaxWidth) > 500 {
				return // right, and slow
			}
		}
		p, err := processors.NewImageProcessor(c)
		if err != nil {
			t.Fatalf("what was read is refused: %v", err)
		}
		_ = torch.Try(func() error {
			p.Process(picture)
			return nil
		})
	})
}

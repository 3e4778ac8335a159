package processors

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"multitorch/internal/atomicfile"
	"multitorch/multimodal/image"
	"multitorch/torch"
)

// ImageProcessor makes what a model takes of pictures. It is safe for use by several goroutines.
type ImageProcessor struct {
	Config ImageConfig // as it was given; changing it changes nothing

	values [4][256]float32 // of each byte of each channel, where they are numbers
}

// NewImageProcessor makes a processor of settings.
func NewImageProcessor(c ImageConfig) (*ImageProcessor, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	p := &ImageProcessor{Config: c}
	p.tabulate()
	return p, nil
}

// ImageProcessorFromPretrained reads the processor of a Hugging Face folder, as [ReadImageConfig] does.
func ImageProcessorFromPretrained(dir string) (*ImageProcessor, error) {
	c, err := ReadImageConfig(dir)
	if err != nil {
		return nil, err
	}
	return NewImageProcessor(c)
}

// SavePretrained writes the settings to a folder's preprocessor_config.json, which is made where it is not there.
func (p *ImageProcessor) SavePretrained(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	content, err := json.MarshalIndent(p.Config, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, preprocessorFile), func(w io.Writer) error {
		_, err := w.Write(append(content, '\n'))
		return err
	})
}

// Open reads picture files, turned as the camera has noted, and processes them. All become RGB first, whether or not the
// settings say so; transparent ones lie on white.
func (p *ImageProcessor) Open(ctx context.Context, paths ...string) (x *torch.Tensor, err error) {
	pictures := make([]*image.Image, len(paths))
	for i, path := range paths {
		if pictures[i], err = image.Open(ctx, path, image.OnWhite, image.Orient(true)); err != nil {
			return nil, err
		}
	}
	err = torch.Try(func() error {
		x = p.Process(pictures...)
		return nil
	})
	return x, err
}

// Process makes [N, C, height, width] of N pictures: float32, or bytes where the settings leave them what they are.
// Pictures that end up in unlike sizes are an error, unless they are padded; so is a picture of another number of
// channels than there are means.
func (p *ImageProcessor) Process(pictures ...*image.Image) *torch.Tensor {
	if len(pictures) == 0 {
		panic(invalid("expected at least one picture"))
	}
	sized := make([]*image.Image, len(pictures))
	for i, m := range pictures {
		sized[i] = p.shape(m)
		if m := sized[i]; p.Config.DoNormalize {
			if n := max(len(p.Config.ImageMean), len(p.Config.ImageStd)); n != 1 && n != m.Channels {
				panic(invalid("picture %d: expected %d channels, one for each mean, got %v; convert it to RGB first", i, n, m))
			}
		}
	}
	height, width := p.common(sized)
	if !p.Config.DoRescale && !p.Config.DoNormalize {
		return batch(sized, height, width, torch.Uint8, func(int) *[256]uint8 { return &same })
	}
	return batch(sized, height, width, torch.Float32, func(c int) *[256]float32 { return &p.values[c] })
}

// same is each byte itself.
var same = func() (same [256]uint8) {
	for b := range same {
		same[b] = uint8(b)
	}
	return same
}()

// common is the size of all pictures of a batch.
func (p *ImageProcessor) common(pictures []*image.Image) (height, width int) {
	first := pictures[0]
	for i, m := range pictures {
		if m.Channels != first.Channels || !p.Config.DoPad && (m.Height != first.Height || m.Width != first.Width) {
			panic(invalid("expected pictures that end up in one size, got %v and, of picture %d, %v; process them one by one", first, i, m))
		}
		height, width = max(height, m.Height), max(width, m.Width)
	}
	if !p.Config.DoPad || !p.Config.PadSize.isBox() {
		return height, width
	}
	if s := p.Config.PadSize; height > s.Height || width > s.Width {
		panic(invalid("expected pictures of at most pad_size, %v, got %d x %d", s, height, width))
	}
	return p.Config.PadSize.Height, p.Config.PadSize.Width
}

// maxNumbers is how many numbers a batch has at most: 4 GiB of float32.
const maxNumbers = 1 << 30

// batch writes pictures into the planes of a tensor, by a table for each channel. What a picture does not fill is zero.
func batch[T uint8 | float32](pictures []*image.Image, height, width int, d torch.DType, table func(c int) *[256]T) *torch.Tensor {
	channels := pictures[0].Channels
	if len(pictures) > maxNumbers/channels/height/width {
		panic(invalid("%d pictures of %d x %d pixels are too many at once", len(pictures), height, width))
	}
	x := torch.Zeros(torch.Shape{len(pictures), channels, height, width}, d)
	torch.WithData(x, func(numbers []T) {
		for n, m := range pictures {
			for c := range channels {
				values, plane := table(c), numbers[(n*channels+c)*height*width:]
				for y := range m.Height {
					row, pixels := plane[y*width:][:m.Width], m.Pix[y*m.Width*channels+c:]
					for x := range row {
						row[x] = values[pixels[x*channels]]
					}
				}
			}
		}
	})
	return x
}

// tabulate computes the number of each byte, rounded where numpy rounds: scaled in float64, the rest in float32.
func (p *ImageProcessor) tabulate() {
	for c := range p.values {
		for b := range p.values[c] {
			v := float32(b)
			if p.Config.DoRescale {
				v = float32(float64(b) * p.Config.RescaleFactor)
			}
			if mean, std := p.Config.ImageMean, p.Config.ImageStd; p.Config.DoNormalize && c < max(len(mean), len(std)) {
				v = float32(v-float32(mean.Of(c))) / float32(std.Of(c))
			}
			p.values[c][b] = v
		}
	}
}

func invalid(format string, args ...any) *torch.Error {
	return &torch.Error{Op: "processors.Process", Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

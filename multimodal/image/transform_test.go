package image_test

import (
	"encoding/json"
	"hash/crc32"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/torch"
	"multitorch/twin"
)

// The numbers are those that the running PyTorch draws.
func TestRandDrawsTorchsNumbers(t *testing.T) {
	want := twin.Run(t, `
torch.manual_seed(1234567890123)
u, n, p = [], [], []
for i in range(700):
    u.append(torch.empty(1).uniform_(-30, 31.7).item()); n.append(torch.randint(3, 300 + i, (1,)).item()); p.append(torch.randperm(7))
save(u=torch.tensor(u, dtype=torch.float64), n=torch.tensor(n), p=torch.stack(p))
`, nil)
	r := image.NewRand(1234567890123)
	var u []float64
	var n, p []int64
	for i := range 700 {
		u = append(u, r.Uniform(-30, 31.7))
		n = append(n, int64(r.Int(3, 300+i)))
		for _, v := range r.Perm(7) {
			p = append(p, int64(v))
		}
	}
	require.Equal(t, torch.ToSlice[float64](want["u"]), u)
	require.Equal(t, torch.ToSlice[int64](want["n"]), n)
	require.Equal(t, torch.ToSlice[int64](want["p"]), p)
	requirePanics(t, "got those from 3 to 3", func() { r.Int(3, 3) })
}

// scripts/golden/image_transforms.py made the checksums, with torchvision.
func TestTransformsAreTorchvisions(t *testing.T) {
	content, err := os.ReadFile("testdata/transforms.json")
	require.NoError(t, err)
	var want map[string][]uint32
	require.NoError(t, json.Unmarshal(content, &want))
	jitter := image.ColorJitter{Brightness: 0.2, Contrast: 0.2, Saturation: 0.2, Hue: 0.1}
	resized := image.RandomResizedCrop{Height: 24, Width: 32}
	transforms := map[string]image.Transform{
		"flip": image.RandomHorizontalFlip{}, "vertical": image.RandomVerticalFlip{P: 0.3}, "gray": image.RandomGrayscale{P: 0.5},
		"crop":         image.RandomCrop{Height: 20, Width: 30},
		"padded crop":  image.RandomCrop{Height: 40, Width: 61, Padding: 4, PaddingMode: image.Reflect},
		"needed crop":  image.RandomCrop{Height: 50, Width: 70, PadIfNeeded: true, Fill: []uint8{1, 2, 3}},
		"resized crop": resized,
		"bicubic crop": image.RandomResizedCrop{
			Height: 24, Width: 32, Scale: [2]float64{0.5, 1}, Ratio: [2]float64{2.5, 3.5}, Filter: image.Bicubic,
		},
		"erasing":   image.RandomErasing{P: 0.9},
		"erasing 7": image.RandomErasing{P: 0.9, Scale: [2]float64{0.5, 0.9}, Ratio: [2]float64{0.5, 3}, Value: []uint8{7}},
		"rotation":  image.RandomRotation{Degrees: [2]float64{-30, 30}, Filter: image.Bilinear, Fill: []uint8{5}},
		"affine": image.RandomAffine{
			Degrees: [2]float64{-20, 40}, Translate: [2]float64{0.2, 0.1}, Scale: [2]float64{0.7, 1.4},
			ShearX: [2]float64{-5, 5}, ShearY: [2]float64{-3, 8},
		},
		"affine bilinear": image.RandomAffine{
			Translate: [2]float64{0.1, 0.3}, ShearX: [2]float64{-10, 10}, Filter: image.Bilinear, Fill: []uint8{9},
		},
		"perspective":  image.RandomPerspective{Distortion: 0.6, P: 0.8},
		"jitter":       image.ColorJitter{Brightness: 0.4, Contrast: 0.3, Saturation: 0.9, Hue: 0.1},
		"jitter hue":   image.ColorJitter{Contrast: 1.5, Hue: 0.5},
		"augment":      image.RandAugment{},
		"augment more": image.RandAugment{Ops: 4, Magnitude: 17, Filter: image.Bilinear, Fill: []uint8{1, 2, 3}},
		"several":      image.Compose{resized, image.RandomHorizontalFlip{}, jitter},
		"center crop":  image.Compose{image.Resize{Height: 37}, image.CenterCrop{Height: 30, Width: 60}},
	}
	require.Len(t, transforms, len(want))
	m := synthetic(40, 61)
	before := m.Clone()
	for name, sums := range want {
		require.Len(t, sums, 40)
		for seed, sum := range sums {
			got := transforms[name].Transform(m, image.NewRand(int64(seed)))
			require.Equal(t, sum, crc32.ChecksumIEEE(got.Pix), "%s, seed %d", name, seed)
		}
	}
	require.True(t, before.Equal(m))
}

// The picture depends on the seed and the index alone.
func TestSampleWhateverTheWorkers(t *testing.T) {
	c := image.Compose{image.RandomResizedCrop{Height: 8, Width: 8}, image.RandomHorizontalFlip{}}
	m := synthetic(40, 61)
	var pictures [64]*image.Image
	var workers sync.WaitGroup
	for i := range pictures {
		workers.Go(func() { pictures[i], _ = c.Sample(m, 7, i) })
	}
	workers.Wait()
	distinct := map[uint32]bool{}
	for i := len(pictures) - 1; i >= 0; i-- {
		again, err := c.Sample(m, 7, i)
		require.NoError(t, err)
		require.True(t, again.Equal(pictures[i]), i)
		distinct[crc32.ChecksumIEEE(again.Pix)] = true
	}
	require.Greater(t, len(distinct), 60)
	_, err := image.Compose{image.RandomCrop{Height: 50, Width: 50}}.Sample(m, 7, 3)
	require.ErrorContains(t, err, "sample 3, a picture of 3 channels of 40 x 61: image.RandomCrop: expected at most the size of")
}

func TestTransformsRefuse(t *testing.T) {
	m := synthetic(10, 10)
	for words, f := range map[string]image.Transform{
		"expected a hue of 0 to 0.5, got 0.7":     image.ColorJitter{Hue: 0.7},
		"expected 0 or more, got -1":              image.ColorJitter{Contrast: -1},
		"expected a magnitude of 0 to 30, got 31": image.RandAugment{Magnitude: 31},
		"expected a distortion of up to 1":        image.RandomPerspective{P: 1.1, Distortion: 2},
		"scale: expected a smaller and a larger":  image.RandomResizedCrop{Height: 5, Width: 5, Scale: [2]float64{1, 0.5}},
		"ratio: expected a smaller and a larger":  image.RandomErasing{P: 1.1, Ratio: [2]float64{-1, 0.5}},
		"expected an odd size":                    image.RandomGaussianBlur{Size: 4},
	} {
		requirePanics(t, words, func() { f.Transform(m, image.NewRand(1)) })
	}
}

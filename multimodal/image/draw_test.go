package image_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/torch"
	"multitorch/twin"
)

func TestBoxesAndMasksAreTorchvisions(t *testing.T) {
	m, mask := synthetic(40, 61), noise(40, 61, 1).Threshold(128)
	boxes := []image.BoundingBox{
		{Top: 3, Left: 5, Bottom: 20, Right: 30, Colour: []uint8{1, 2, 3}},
		{Top: 30, Left: 50, Bottom: 38, Right: 59},
		{Top: -5, Left: -7, Bottom: 90, Right: 20, Colour: []uint8{9}},
		{Top: 10, Left: 10, Bottom: 13, Right: 50, Colour: []uint8{0, 0, 255}},
	}
	want := pillow(t, `
for width in 1, 3:
    im = pic("rgb"); d = ImageDraw.Draw(im)
    for box, colour in (((5, 3, 30, 20), (1, 2, 3)), ((50, 30, 59, 38), (255, 0, 0)),
                        ((-7, -5, 20, 90), (9, 9, 9)), ((10, 10, 50, 13), (0, 0, 255))):
        d.rectangle(box, outline=colour, width=width)
    keep(f"boxes {width}", im)
image, mask = inputs["rgb"].permute(2, 0, 1), inputs["mask"][..., 0].bool()
for alpha in 0.8, 0.3: # torchvision's draw_segmentation_masks
    painted = image.clone()
    painted[:, mask] = torch.tensor([10, 200, 30], dtype=torch.uint8)[:, None]
    out[f"mask {alpha}"] = (image * (1 - alpha) + painted * alpha).to(torch.uint8).permute(1, 2, 0).contiguous()
`, map[string]*image.Image{"rgb": m, "mask": mask})
	requireEqual(t, want["boxes 1"], m.DrawBoxes(1, boxes...), 0)
	requireEqual(t, want["boxes 3"], m.DrawBoxes(3, boxes...), 0)
	requireEqual(t, want["mask 0.8"], m.DrawMasks(0.8, []*image.Image{mask}, [3]uint8{10, 200, 30}), 1)
	requireEqual(t, want["mask 0.3"], m.DrawMasks(0.3, []*image.Image{mask}, [3]uint8{10, 200, 30}), 1)
	requirePanics(t, "expected an alpha of 0 to 1", func() { m.DrawMasks(2, nil) })
	requirePanics(t, "expected masks of 1 channel", func() { m.DrawMasks(1, []*image.Image{m}) })
	requirePanics(t, "not before top and left", func() { m.DrawBoxes(1, image.BoundingBox{Top: 3}) })
	requirePanics(t, "at least 1 pixel", func() { m.DrawBoxes(0) })
}

func TestDrawing(t *testing.T) {
	m := image.Uniform(40, 100, 255, 255, 255)
	got := m.DrawKeypoints(2, []image.Pixel{{5, 5}, {-1, 200}, {39, 99}}, 0, 0, 9)
	require.Equal(t, []uint8{0, 0, 9}, got.At(5, 7))
	require.Equal(t, []uint8{255, 255, 255}, got.At(5, 8))
	line := m.DrawPath([]image.Pixel{{0, 0}, {10, 10}, {10, 20}}, true, 1)
	for i := range 11 {
		require.Equal(t, []uint8{1, 1, 1}, line.At(i, i))
		require.Equal(t, []uint8{1, 1, 1}, line.At(10, 10+i))
	}
	require.Equal(t, []uint8{1, 1, 1}, line.At(5, 10), "back to the first")
	labelled := m.DrawBoxes(1, image.BoundingBox{Top: 2, Left: 2, Bottom: 30, Right: 90, Label: "cat 0.98", Colour: []uint8{255, 255, 0}})
	require.Equal(t, []uint8{255, 255, 0}, labelled.At(4, 4))
	require.Less(t, labelled.Crop(3, 3, 15, 50).Grey().Otsu(), 200, "black on yellow")
	text := m.DrawText("Ähre\nx\x00\x1b", 2, 3, 16)
	h, w := image.TextSize("Ähre\nx\x00\x1b", 16)
	require.False(t, m.Equal(text))
	painted := text.Grey().Threshold(200).Invert()
	_, regions := painted.Components(true)
	for _, r := range regions {
		require.LessOrEqual(t, r.Top+r.Height, 2+h)
		require.LessOrEqual(t, r.Left+r.Width, 3+w)
	}
	require.True(t, m.Equal(m.DrawText("far away", -1000, 5, 12)))
	require.True(t, m.Equal(m.DrawText("", 1, 5, 12)))
	requirePanics(t, "expected a size of 4 to 512", func() { m.DrawText("x", 0, 0, 1) })
	requirePanics(t, "expected points within", func() { m.DrawPath([]image.Pixel{{1, 1}, {1 << 40, 1}}, false) })
}

func TestGridsAreTorchvisions(t *testing.T) {
	x := torch.Rand(torch.Shape{7, 3, 5, 6}, torch.NewGenerator(3)).Mul(3).Sub(1)
	// torchvision's make_grid, as it is written.
	want := twin.Run(t, `
import math
def make_grid(t, nrow=8, padding=2, normalize=False, value_range=None, scale_each=False, pad_value=0.0):
    if t.size(1) == 1: t = torch.cat((t, t, t), 1)
    if normalize:
        t = t.clone()
        def norm(img, low, high): img.clamp_(min=low, max=high); img.sub_(low).div_(max(high - low, 1e-5))
        def span(t): norm(t, *value_range) if value_range else norm(t, float(t.min()), float(t.max()))
        [span(i) for i in t] if scale_each else span(t)
    if t.size(0) == 1: return t.squeeze(0)
    n = t.size(0); xmaps = min(nrow, n); ymaps = int(math.ceil(float(n) / xmaps))
    h, w = t.size(2) + padding, t.size(3) + padding
    grid = t.new_full((t.size(1), h * ymaps + padding, w * xmaps + padding), pad_value)
    for k in range(n):
        y, x = divmod(k, xmaps)
        grid.narrow(1, y * h + padding, h - padding).narrow(2, x * w + padding, w - padding).copy_(t[k])
    return grid
x = inputs["x"]
save(default=make_grid(x), three=make_grid(x, 3, 0, pad_value=0.5), grey=make_grid(x[:, :1], 4), one=make_grid(x[:1]),
     normalized=make_grid(x, normalize=True), each=make_grid(x, normalize=True, scale_each=True),
     range=make_grid(x, normalize=True, value_range=(0.1, 0.7)))
`, map[string]*torch.Tensor{"x": x})
	none := 0
	for name, got := range map[string]*torch.Tensor{
		"default": image.MakeGrid(x, image.GridConfig{}), "three": image.MakeGrid(x, image.GridConfig{Columns: 3, Padding: &none, PadValue: 0.5}),
		"grey": image.MakeGrid(x.Narrow(1, 0, 1), image.GridConfig{Columns: 4}), "one": image.MakeGrid(x.Narrow(0, 0, 1), image.GridConfig{}),
		"normalized": image.MakeGrid(x, image.GridConfig{Normalize: true}),
		"each":       image.MakeGrid(x, image.GridConfig{Normalize: true, ScaleEach: true}),
		"range":      image.MakeGrid(x, image.GridConfig{Normalize: true, Range: &[2]float64{0.1, 0.7}}),
	} {
		twin.RequireEqual(t, want[name], got.Contiguous(), name)
	}
	path := filepath.Join(t.TempDir(), "grid.png")
	require.NoError(t, image.SaveGrid(path, x, image.GridConfig{Normalize: true}))
	got, err := image.Open(t.Context(), path)
	require.NoError(t, err)
	require.Equal(t, "3 channels of 9 x 58", got.String())
	requirePanics(t, "expected pictures [N, C, H, W]", func() { image.MakeGrid(torch.Zeros(torch.Shape{3, 4, 4}), image.GridConfig{}) })
}

func TestSheet(t *testing.T) {
	var cells []image.Cell
	captions := []string{
		"grinning face", "", strings.Repeat("a long caption ", 20), strings.Repeat("x", 300), "two\nlines", "Ölähnliche Größe",
	}
	for i := range 12 {
		cells = append(cells, image.Cell{Picture: synthetic(20+30*(i%5), 30+10*i), Caption: captions[i%len(captions)]})
	}
	cells[7].Picture = nil
	cells[8].Picture = noise(64, 64, 4)
	cells[9].Picture = synthetic(20, 40).Grey()
	m := image.Sheet(cells, image.SheetConfig{Title: "What a sheet shows", Columns: 5})
	require.Equal(t, 3, m.Channels)
	require.Equal(t, 5*104+8, m.Width)
	if path := os.Getenv("SHEET"); path != "" { // to look at it
		require.NoError(t, m.Save(path))
	}
	small := image.Sheet(cells[:1], image.SheetConfig{Lines: -1, Side: 8})
	require.Equal(t, "3 channels of 28 x 24", small.String())
	requirePanics(t, "expected cells", func() { image.Sheet(nil, image.SheetConfig{}) })
}

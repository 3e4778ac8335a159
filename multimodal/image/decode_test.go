package image_test

import (
	"bytes"
	"context"
	stdimage "image"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
)

// Pillow writes files of each kind; what it reads of them is held against what is read here.
func TestFilesAreReadAsByPillow(t *testing.T) {
	dir := t.TempDir()
	pictures := map[string]*image.Image{
		"small": synthetic(37, 53), "smooth": synthetic(90, 120).Resize(67, 91, image.Bicubic), "rgba": noise(19, 24, 4),
	}
	want := pillow(t, `
back = os.getcwd()
os.chdir(args[0])
small, smooth, rgba = pic("small"), pic("smooth"), pic("rgba")
for name, im in ("small", small), ("smooth", smooth):
    for sub in 0, 1, 2:
        im.save(f"{name}{sub}.jpg", subsampling=sub, quality=90)
        im.save(f"{name}{sub}p.jpg", subsampling=sub, quality=70, progressive=True)
    im.convert("L").save(name + "-grey.jpg")
    im.convert("CMYK").save(name + "-cmyk.jpg")
    im.save(name + "-opt.jpg", optimize=True, quality=30)
    im.save(name + ".png"); im.save(name + ".bmp"); im.save(name + ".tif"); im.save(name + "-lzw.tif", compression="tiff_lzw")
    im.save(name + "-deflate.tif", compression="tiff_adobe_deflate")
    im.save(name + "-lossless.webp", lossless=True); im.save(name + ".webp")
    im.convert("L").save(name + "-grey.png"); im.convert("L").save(name + "-grey.tif"); im.convert("1").save(name + "-bits.png")
    im.convert("P").save(name + "-palette.png"); im.convert("P").save(name + ".gif")
def patched(name, to, change):
    b = bytearray(open(name, "rb").read())
    change(b, max(b.find(b"\xff\xc0"), b.find(b"\xff\xc2")))
    open(to, "wb").write(b)
def factors(f, h=None, w=None):
    def change(b, sof):
        b[sof + 11] = f
        b[sof + 5:sof + 9] = struct.pack(">HH", h or 64, w or 64)
    return change
# Other ways to halve and to quarter the colours have as many blocks, so the same bits mean another picture.
square = smooth.resize((64, 64)); square.save("square2.jpg", subsampling=2); square.save("square1.jpg", subsampling=1)
square.save("square2p.jpg", subsampling=2, progressive=True)
patched("square1.jpg", "square440.jpg", factors(0x12)); patched("square1.jpg", "square440odd.jpg", factors(0x12, 63, 57))
patched("square2.jpg", "square411.jpg", factors(0x41)); patched("square2.jpg", "square414.jpg", factors(0x14))
patched("square2p.jpg", "square411p.jpg", factors(0x41)); patched("square2.jpg", "square411odd.jpg", factors(0x41, 61, 41))
for w in range(1, 7):
    for h in range(1, 4):
        smooth.resize((w, h)).save(f"tiny{w}x{h}.jpg", subsampling=1 + h % 2, quality=99)
def transform(v):
    return lambda b, sof: b.__setitem__(b.find(b"Adobe") + 11, v)
patched("small-cmyk.jpg", "small-ycck.jpg", transform(2))
rgba.convert("LA").save("rgba-la.png"); small.convert("P").save("small-clear.png", transparency=3)
small.save("small-clear-rgb.png", transparency=small.getpixel((5, 5)))
Image.fromarray(np.arange(37 * 53, dtype=np.uint16).reshape(37, 53) * 31).save("small-16.png")
rgba.save("rgba.png"); rgba.save("rgba-lossless.webp", lossless=True, exact=True); rgba.save("rgba.tif")
for i in range(1, 9):
    exif = Image.Exif(); exif[0x112] = i
    small.save(f"turn{i}.jpg", exif=exif, subsampling=0); small.save(f"turn{i}.png", exif=exif)
    small.save(f"turn{i}.webp", exif=exif, lossless=True); small.save(f"turn{i}.tif", tiffinfo=exif)
for f in sorted(os.listdir(".")):
    turned = f.startswith("turn") and f.endswith(".tif") # some of these are turned when Pillow reads them, others are not
    im = ImageOps.exif_transpose(Image.open(f.replace(".tif", ".png") if turned else f))
    if im.mode in ("LA", "PA") or "clear" in f:
        im = im.convert("RGBA")
    elif im.mode.startswith("I"):
        im = Image.fromarray((np.array(im) >> 8).astype(np.uint8))
    keep(f, im.convert("RGB") if im.mode in ("P", "CMYK") else im.convert("L") if im.mode == "1" else im)
os.chdir(back)
`, pictures, dir)
	require.Greater(t, len(want), 60)
	for file, w := range want {
		got, err := image.Open(t.Context(), filepath.Join(dir, file), image.Orient(true))
		require.NoError(t, err)
		requireEqual(t, w, got, 0, file)
	}
	asIs, err := image.Open(t.Context(), filepath.Join(dir, "turn6.png"))
	require.NoError(t, err)
	requireEqual(t, pictures["small"], asIs, 0)

	for mode, channels := range map[image.Mode]int{image.ModeGrey: 1, image.ModeRGB: 3, image.ModeRGBA: 4, image.OnWhite: 3, image.AsIs: 4} {
		got, err := image.Open(t.Context(), filepath.Join(dir, "rgba.png"), image.DecodeConfig{Mode: mode})
		require.NoError(t, err)
		require.Equal(t, channels, got.Channels, mode)
	}
}

func TestWhatIsNoPicture(t *testing.T) {
	for content, words := range map[string]string{
		"":                        "found an empty file",
		"hello":                   `found 5 bytes that begin with "hello"`,
		"\x89PNG\r\n\x1a\nxxxx":   "the png image is damaged",
		"II*\x00\xff\xff\xff\xff": "the tiff image is damaged",
	} {
		_, err := image.Decode(t.Context(), bytes.NewReader([]byte(content)))
		require.ErrorContains(t, err, words)
	}
	_, err := image.Open(t.Context(), "/dev/zero")
	require.ErrorContains(t, err, "read /dev/zero: expected an image, found a device")
	path := filepath.Join(t.TempDir(), "cut.png")
	require.NoError(t, synthetic(50, 50).Save(path))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, content[:len(content)/2], 0o600))
	_, err = image.Open(t.Context(), path)
	require.ErrorContains(t, err, "cut.png: the png image is damaged")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = image.Decode(ctx, bytes.NewReader(content))
	require.ErrorIs(t, err, context.Canceled)
	requirePanics(t, "expected a mode of this package", func() {
		_, _ = image.Decode(t.Context(), bytes.NewReader(content), image.Mode("hsv"))
	})
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	for name, m := range samples() {
		for _, ext := range []string{".png", ".jpg", ".JPEG"} {
			path := filepath.Join(dir, name+ext)
			require.NoError(t, m.Save(path))
			got, err := image.Open(t.Context(), path)
			require.NoError(t, err)
			if ext == ".png" {
				requireEqual(t, m, got, 0, path)
			} else {
				require.Equal(t, m.Height, got.Height)
				require.Equal(t, min(m.Channels, 3), got.Channels)
			}
		}
	}
	m := image.Uniform(3, 3, 1, 2, 3)
	require.ErrorContains(t, m.Save(filepath.Join(dir, "m.bmp")), "ends in .png, .jpg or .jpeg")
	require.ErrorContains(t, m.Save(filepath.Join(dir, "none", "m.png")), "none")
	require.ErrorContains(t, m.WriteJPEG(nil, 0), "expected a quality of 1 to 100, got 0")
}

// Go's own pictures of every kind become what color.NRGBAModel says, at offsets other than 0 too.
func TestFromGo(t *testing.T) {
	r := stdimage.Rect(2, 3, 7, 9)
	palette := color.Palette{color.Black, color.White, color.NRGBA{10, 20, 30, 40}}
	for channels, all := range map[int][]interface {
		stdimage.Image
		Set(x, y int, c color.Color)
	}{
		1: {stdimage.NewGray(r), stdimage.NewGray16(r)},
		3: {stdimage.NewCMYK(r), stdimage.NewPaletted(r, palette[:2])},
		4: {
			stdimage.NewRGBA(r), stdimage.NewNRGBA(r), stdimage.NewRGBA64(r), stdimage.NewNRGBA64(r),
			stdimage.NewPaletted(r, palette), stdimage.NewAlpha(r),
		},
	} {
		for _, src := range all {
			for i := range r.Dx() * r.Dy() {
				src.Set(2+i%5, 3+i/5, color.NRGBA{uint8(i * 31), uint8(i * 17), uint8(i * 5), uint8(i * 3)})
			}
			got := image.FromGo(src)
			require.Equal(t, channels, got.Channels, "%T", src)
			for y := range got.Height {
				for x := range got.Width {
					c := color.NRGBAModel.Convert(src.At(2+x, 3+y)).(color.NRGBA)
					require.Equal(t, []uint8{c.R, c.G, c.B, c.A}[:channels], got.At(y, x), "%T", src)
				}
			}
		}
	}
}

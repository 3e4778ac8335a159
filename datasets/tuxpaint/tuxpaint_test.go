package tuxpaint_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"

	"multitorch/datasets/tuxpaint"
)

const name = "tuxpaint-stamps-default_2022.06.04-1_all.deb"

// deb is a Debian package of some files.
func deb(t testing.TB, files map[string][]byte) []byte {
	var packed bytes.Buffer
	x, err := xz.NewWriter(&packed)
	require.NoError(t, err)
	archive := tar.NewWriter(x)
	for name, content := range files {
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: "./usr/share/tuxpaint/stamps/" + name, Mode: 0o644, Size: int64(len(content))}))
		_, err := archive.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, x.Close())
	member := func(name string, content []byte) string {
		text := fmt.Sprintf("%-16s%-12d%-6d%-6d%-8s%-10d`\n%s", name, 0, 0, 0, "100644", len(content), content)
		return text + string("\n"[:len(content)%2])
	}
	return []byte("!<arch>\n" + member("debian-binary", []byte("2.0\n")) + member("data.tar.xz", packed.Bytes()))
}

func picture(t testing.TB, side int) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, side, side))))
	return b.Bytes()
}

func mini(t testing.TB) []byte {
	return deb(t, map[string][]byte{
		"animals/birds/owl.png":         picture(t, 3),
		"animals/birds/owl.txt":         []byte("An owl.\nfr.utf8=Un hibou. \nde.utf8=\nxx.utf8=\xff\nes.utf8=Un búho.\n"),
		"animals/birds/owl_desc_fr.ogg": []byte("not really Ogg"),
		"animals/birds/owl_desc.ogg":    []byte("nor this"),
		"animals/birds/owl.ogg":         []byte("hoot"),
		"food/apple.png":                picture(t, 5),
		"food/apple.txt":                []byte("An apple."),
		"food/nameless.png":             picture(t, 5),
		"food/drawn.svg":                []byte("<svg/>"),
		"food/drawn.txt":                []byte("Drawn."),
	})
}

func TestPrepareAndLoad(t *testing.T) {
	content, dir := mini(t), t.TempDir()
	e := tuxpaint.NewEdition(content, 2)
	_, err := e.Load(dir)
	require.ErrorIs(t, err, tuxpaint.ErrNotPrepared)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
	data, err := e.Open(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, []string{"animals", "food"}, data.Categories())
	owl := data.Stamps[0]
	require.Equal(t, "animals/birds/owl", owl.Name)
	require.Equal(t, map[string]string{"en": "An owl.", "fr": "Un hibou.", "es": "Un búho."}, owl.Captions)
	require.Equal(t, []string{"en", "fr"}, owl.Languages())
	m, err := data.Image(1)
	require.NoError(t, err)
	require.Equal(t, 5, m.Bounds().Dx())
	_, _, err = data.Speech(0, "es")
	require.ErrorContains(t, err, `animals/birds/owl is not spoken in "es": expected one of ["en" "fr"]`)
	_, _, err = data.Speech(0, "fr")
	require.ErrorContains(t, err, "animals/birds/owl in fr")

	again, err := e.Load(dir)
	require.NoError(t, err)
	require.Equal(t, data, again)
}

// Prepared files that are damaged are noticed, and made anew.
func TestDamagedFiles(t *testing.T) {
	content, dir := mini(t), t.TempDir()
	e := tuxpaint.NewEdition(content, 2)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
	data, err := e.Open(t.Context(), dir)
	require.NoError(t, err)
	index, pixels := filepath.Join(dir, "tuxpaint.json"), filepath.Join(dir, "tuxpaint.data")
	good, err := os.ReadFile(index)
	require.NoError(t, err)
	for what, damage := range map[string]func() error{
		"no index": func() error { return os.Remove(index) },
		"no JSON":  func() error { return os.WriteFile(index, []byte("{"), 0o644) },
		"version": func() error {
			return os.WriteFile(index, bytes.Replace(good, []byte(`"version": 1`), []byte(`"version": 2`), 1), 0o644)
		},
		"outside": func() error {
			return os.WriteFile(index, bytes.Replace(good, []byte(`"at": `), []byte(`"at": 99999`), 1), 0o644)
		},
		"cut":       func() error { return os.Truncate(pixels, 10) },
		"no pixels": func() error { return os.Remove(pixels) },
	} {
		require.NoError(t, damage(), what)
		_, err = e.Load(dir)
		require.ErrorIs(t, err, tuxpaint.ErrNotPrepared, what)
		again, err := e.Open(t.Context(), dir)
		require.NoError(t, err, what)
		require.Equal(t, data.Categories(), again.Categories())
	}
	raw, err := os.ReadFile(pixels)
	require.NoError(t, err)
	raw[again(t, e, dir).Stamps[1].Picture.At+20] ^= 1
	require.NoError(t, os.WriteFile(pixels, raw, 0o644))
	_, err = again(t, e, dir).Image(1)
	require.ErrorContains(t, err, "tuxpaint.data is damaged at byte")

	_, err = tuxpaint.NewEdition(content, 3).Open(t.Context(), dir)
	require.ErrorContains(t, err, "expected 3 pictures with captions")
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("another package"), 0o644))
	_, err = tuxpaint.NewEdition(content, 4).Open(t.Context(), dir)
	require.ErrorContains(t, err, name+" is damaged or another package")
}

func again(t testing.TB, e tuxpaint.Edition, dir string) *tuxpaint.Data {
	data, err := e.Load(dir)
	require.NoError(t, err)
	return data
}

// TestRealData looks at the data itself, in the default folder; where it is not there yet, it is fetched.
func TestRealData(t *testing.T) {
	data, err := tuxpaint.Open(t.Context(), "", func(line string) { t.Log(line) })
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(data.Categories()), 16)
	spoken, captions := map[string]int{}, map[string]int{}
	for _, s := range data.Stamps {
		for l := range s.Spoken {
			spoken[l]++
		}
		for l := range s.Captions {
			captions[l]++
		}
	}
	require.Equal(t, map[string]int{"2022": 785, "2025": 951}[regexp.MustCompile(`_(\d+)`).FindStringSubmatch(data.Source)[1]], captions["en"])
	require.Greater(t, spoken["fr"], 600)
	require.Greater(t, spoken["es"], 600)
	for i := 0; i < len(data.Stamps); i += 50 {
		_, err := data.Image(i)
		require.NoError(t, err)
		for _, language := range data.Stamps[i].Languages() {
			samples, rate, err := data.Speech(i, language)
			require.NoError(t, err)
			require.NotEmpty(t, samples)
			require.GreaterOrEqual(t, rate, 8000)
		}
	}
}

func FuzzCaptions(f *testing.F) {
	f.Add([]byte("A blackbird.\nfr.utf8=Un merle.\n"))
	f.Add([]byte("Un m\xe9rle.\nfr.utf8=Un merle.\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		captions := tuxpaint.Captions(content)
		first, _, _ := bytes.Cut(content, []byte("\n"))
		_, english := captions["en"]
		require.Equal(t, utf8.Valid(first), english, "the first line, unless it is in another encoding")
		for language, text := range captions {
			require.True(t, utf8.ValidString(language+text))
			require.Equal(t, strings.TrimSpace(text), text)
		}
	})
}

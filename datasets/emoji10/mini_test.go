package emoji10_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/emoji10"
)

// mini is a data set in the form of the real packages: two emoji in a class, 20 in all, of which class 1 is a man and a
// woman of one stem. Tests change a part and build it.
type mini struct {
	list     []map[string]any
	texts    []map[string]any
	pictures [2]map[string][]byte
	counts   [10]int
}

func newMini() *mini {
	m := &mini{pictures: [2]map[string][]byte{{}, {}}}
	for class, group := range emoji10.Classes() {
		subgroup := "any"
		switch group {
		case "Animals":
			group, subgroup = "Animals & Nature", "animal-bird"
		case "Plants & Nature":
			group, subgroup = "Animals & Nature", "plant-flower"
		}
		for k := range 2 {
			code := fmt.Sprintf("1F%d0%d-FE0F", class, k)
			if class == 1 {
				code = []string{"1F468-200D-1F680", "1F469-200D-1F680"}[k]
			}
			file := fmt.Sprintf("%d-%d.png", class, k)
			m.list = append(m.list, map[string]any{
				"unified": code, "image": file, "category": group, "subcategory": subgroup,
				"skin_variations": map[string]any{"1F3FB": map[string]any{"unified": "1F468-1F3FB"}},
			})
			m.texts = append(m.texts, map[string]any{
				"hexcode": code, "label": fmt.Sprintf("Name %d of class-%d", k, class), "tags": []string{"tag", "it’s"},
			})
			for vendor := range 2 {
				m.pictures[vendor][file] = flat(64, 64, color.NRGBA{uint8(class), uint8(k), uint8(vendor), 255})
			}
			m.counts[class]++
		}
	}
	m.list = append(m.list, map[string]any{"unified": "1F3FB", "image": "skin.png", "category": "Component"})
	return m
}

// build returns the packages as an edition that expects them, and puts them into the folder.
func (m *mini) build(t testing.TB, dir string) emoji10.Edition {
	packages := [3][]byte{m.pack(t, 0), m.pack(t, 1), pack(t, map[string][]byte{"package/en/data.json": asJSON(t, m.texts)})}
	e := emoji10.NewEdition(packages, m.counts)
	for i, name := range e.Files() {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), packages[i], 0o644))
	}
	return e
}

func (m *mini) pack(t testing.TB, vendor int) []byte {
	files := map[string][]byte{"package/emoji.json": asJSON(t, m.list), "package/README.md": []byte("read me")}
	for name, content := range m.pictures[vendor] {
		files["package/img/"+emoji10.Vendors()[vendor]+"/64/"+name] = content
		files["package/img/"+emoji10.Vendors()[vendor]+"/128/"+name] = []byte("another size")
	}
	return pack(t, files)
}

// pack makes a .tgz.
func pack(t testing.TB, files map[string][]byte) []byte {
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for name, content := range files {
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}))
		_, err := archive.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, zipped.Close())
	return out.Bytes()
}

// flat is a PNG of one colour.
func flat(w, h int, c color.NRGBA) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(m.Pix); i += 4 {
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = c.R, c.G, c.B, c.A
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func asJSON(t testing.TB, v any) []byte {
	content, err := json.Marshal(v)
	require.NoError(t, err)
	return content
}

// contents returns the files of a folder, by name.
func contents(t testing.TB, dir string) map[string]string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	files := map[string]string{}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		files[e.Name()] = string(content)
	}
	return files
}

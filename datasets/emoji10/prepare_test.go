package emoji10_test

import (
	"bytes"
	"context"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/emoji10"
)

func TestPrepareJoinsPicturesAndTexts(t *testing.T) {
	dir := t.TempDir()
	m := newMini()
	m.texts[3]["hexcode"] = strings.ToLower(m.texts[3]["hexcode"].(string)) // the sources differ in case
	m.texts[4]["hexcode"] = "1F200"                                         // and in FE0F
	data, err := m.build(t, dir).Prepare(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Len(t, data.Emoji, 20, "no Component, no skin tones")
	require.Equal(t, dir, data.Dir)
	require.Equal(t, emoji10.Emoji{
		Hexcode: "1F469-200D-1F680", Stem: "1F9D1-1F680", Label: "Name 1 of class-1", Class: 1,
		LabelTokens: []string{"name", "1", "of", "class", "1"},
		TagTokens:   []string{"name", "1", "of", "class", "1", "tag", "it", "s"},
	}, data.Emoji[3])
	for i, e := range data.Emoji {
		require.Equal(t, i/2, e.Class)
		for vendor := range 2 {
			pixels := data.Image(i, vendor)
			require.Len(t, pixels, 3*32*32)
			for channel, want := range []int{i / 2, i % 2, vendor} {
				plane := pixels[channel*32*32 : (channel+1)*32*32]
				require.Equal(t, bytes.Repeat([]byte{byte(want)}, 32*32), plane)
			}
		}
	}
}

func TestPrepareSaysWhatIsWrong(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(m *mini)
		want  []string
	}{
		{
			"a picture is missing", func(m *mini) { delete(m.pictures[1], "3-1.png") },
			[]string{"mini-twitter-1.0.0.tgz", "lacks 1 pictures", "3-1.png"},
		},
		{"a picture is no picture", func(m *mini) { m.pictures[0]["0-0.png"] = []byte("GIF89a") }, []string{"mini-google-1.0.0.tgz", "0-0.png"}},
		{
			"a picture of another size", func(m *mini) { m.pictures[0]["0-0.png"] = flat(32, 64, color.NRGBA{}) },
			[]string{"0-0.png", "expected a picture of 64 x 64 pixels, found 32 x 64"},
		},
		{"a text is missing", func(m *mini) { m.texts = m.texts[1:] }, []string{"no text in mini-texts@1.0.0", "1F000"}},
		{"a name without a word", func(m *mini) { m.texts[0]["label"] = "♪" }, []string{"has no word", "♪"}},
		{"an unknown group", func(m *mini) { m.list[0]["category"] = "Dinosaurs" }, []string{"unknown group", "Dinosaurs"}},
		{"too few emoji", func(m *mini) { m.list = m.list[1:] }, []string{"expected [2 2", "found [1 2"}},
		{"a list that is none", func(m *mini) { m.list[0]["unified"] = 7 }, []string{"package/emoji.json", "unified"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			m := newMini()
			test.spoil(m)
			e := m.build(t, dir)
			before := contents(t, dir)
			_, err := e.Prepare(t.Context(), dir, nil)
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
			require.Equal(t, before, contents(t, dir), "no partial files")
		})
	}
}

func TestPrepareWithoutPackages(t *testing.T) {
	dir := t.TempDir()
	e := newMini().build(t, t.TempDir())
	_, err := e.Prepare(t.Context(), dir, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, filepath.Join(dir, "mini-google-1.0.0.tgz"))

	ctx, cancel := context.WithCancel(t.Context())
	e = newMini().build(t, dir)
	cancel()
	_, err = e.Prepare(ctx, dir, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestAPackageWithoutTheListIsAnError(t *testing.T) {
	dir := t.TempDir()
	empty := pack(t, map[string][]byte{"package/README.md": nil})
	e := emoji10.NewEdition([3][]byte{empty, empty, empty}, [10]int{})
	for _, name := range e.Files() {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), empty, 0o644))
	}
	_, err := e.Prepare(t.Context(), dir, nil)
	require.ErrorContains(t, err, "holds no package/emoji.json")
}

func FuzzPackage(f *testing.F) {
	whole := pack(f, map[string][]byte{"package/emoji.json": []byte("[]"), "package/a": bytes.Repeat([]byte{7}, 2000)})
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte{0x1f, 0x8b})
	f.Fuzz(func(t *testing.T, content []byte) {
		sizes, err := emoji10.ReadTgz(t.Context(), content)
		if err == nil {
			for name, size := range sizes {
				require.LessOrEqual(t, size, 16<<20, name)
			}
		}
	})
}

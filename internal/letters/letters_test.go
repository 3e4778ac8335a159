package letters_test

import (
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"

	"multitorch/internal/letters"
)

// The system's fonts are those of testdata, beside files that only look like fonts.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "letters")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		for _, err := range []error{
			os.MkdirAll(filepath.Join(dir, "fonts", "folder.ttf"), 0o755),
			os.WriteFile(filepath.Join(dir, "fonts", "broken.ttf"), []byte("\x00\x01\x00\x00 no font"), 0o644),
			os.WriteFile(filepath.Join(dir, "fonts", "empty.otf"), nil, 0o644),
			syscall.Mkfifo(filepath.Join(dir, "fonts", "pipe.ttf"), 0o644),
			os.Symlink("nowhere.ttf", filepath.Join(dir, "fonts", "link.ttf")),
			os.Setenv("HOME", dir),
			os.Setenv("XDG_DATA_HOME", dir),
			os.Setenv("XDG_DATA_DIRS", "testdata"),
		} {
			if err != nil {
				panic(err)
			}
		}
		return m.Run()
	}())
}

func newFace(t testing.TB) font.Face {
	f, err := letters.NewFace(20)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// drawn is a picture of a text.
func drawn(f font.Face, text string) string {
	m := image.NewGray(image.Rect(0, 0, 200, 40))
	draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: m, Src: image.NewUniform(color.Black), Face: f, Dot: fixed.P(2, 28)}
	d.DrawString(text)
	return string(m.Pix)
}

func TestLettersComeFromTheFontThatHasThem(t *testing.T) {
	f := newFace(t)
	box, blank := drawn(f, "□"), drawn(f, " ")
	require.False(t, blank == box)
	for _, letter := range []string{"a", "ß", "Ж", "ώ", "猫", "か"} {
		require.False(t, blank == drawn(f, letter), letter)
		require.False(t, box == drawn(f, letter), letter)
	}
	require.False(t, drawn(f, "猫") == drawn(f, "か"))
	for _, letter := range []string{"犬", "ש", "🍎", "\U0010ffff"} { // in no font of the test's
		require.True(t, box == drawn(f, letter), letter)
	}
	for _, letter := range "a猫犬" {
		bounds, advance, ok := f.GlyphBounds(letter)
		require.True(t, ok)
		require.Positive(t, bounds.Max.X-bounds.Min.X)
		same, ok := f.GlyphAdvance(letter)
		require.True(t, ok)
		require.Equal(t, advance, same)
	}
	require.Zero(t, f.Kern('A', '猫'))
}

func TestPrintable(t *testing.T) {
	for _, c := range []struct{ text, want, line string }{
		{"cat", "cat", "cat"},
		{"e\u0301 n\u0303", "é ñ", "é ñ"},
		{"a\tb\u00a0c\u3000d\r\nf", "a b c d \nf", "a b c d  f"},
		{"\x00\x1b[31mred\u202e\u200d\ufe0f", "[31mred", "[31mred"},
		{"bad \xff bytes", "bad \ufffd bytes", "bad \ufffd bytes"},
		{"", "", ""},
	} {
		require.Equal(t, c.want, letters.Printable(c.text), "%q", c.text)
		require.Equal(t, c.line, letters.Line(c.text), "%q", c.text)
	}
}

func TestTextsAreCutWhereTheyAreTooWide(t *testing.T) {
	f := newFace(t)
	width := font.MeasureString(f, "猫 and a cat").Ceil()
	require.Equal(t, "猫 and a cat", letters.Shorten(f, "猫 and a cat", width))
	short := letters.Shorten(f, "猫 and a cat", width-1)
	require.Regexp(t, `^猫 and a? ?c?…$`, short)
	require.LessOrEqual(t, font.MeasureString(f, short).Ceil(), width)
	require.Empty(t, letters.Shorten(f, "cat", 3))
	require.Empty(t, letters.Shorten(f, "cat", -1))
	require.Zero(t, letters.Fit(f, "猫", 5))
	require.Equal(t, len("猫"), letters.Fit(f, "猫猫", 30))
	require.Less(t, letters.Fit(f, strings.Repeat("\u0301", 1_000_000), 100), 10_000, "marks that move nothing on end, too")
}

func FuzzShorten(f *testing.F) {
	for _, text := range []string{"", "cat", "猫と犬", "e\u0301\u0301\u0301", "مرحبا", "\xff\xfe", "a\nb\t\x00", strings.Repeat("x", 500)} {
		f.Add(text, 50)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		face := newFace(t)
		width = min(width, 500)
		line := letters.Line(text)
		short := letters.Shorten(face, line, width)
		require.NotContains(t, line, "\n")
		if short != line {
			require.True(t, short == "" || strings.HasPrefix(line, strings.TrimSuffix(short, "…")), "%q of %q", short, line)
		}
		drawn(face, short)
	})
}

package main

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/emoji10"
)

// picture writes a picture of an emoji as a PNG file.
func picture(t testing.TB) string {
	data, err := emoji10.Load("")
	require.NoError(t, err)
	pixels := data.Image(0, 0)
	const n = emoji10.ImageSize * emoji10.ImageSize
	img := image.NewRGBA(image.Rect(0, 0, emoji10.ImageSize, emoji10.ImageSize))
	for i := range n {
		img.Set(i%emoji10.ImageSize, i/emoji10.ImageSize, color.RGBA{pixels[i], pixels[n+i], pixels[2*n+i], 255})
	}
	path := filepath.Join(t.TempDir(), "a picture.png")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, img))
	require.NoError(t, f.Close())
	return path
}

var prediction = regexp.MustCompile(`^(\S.*?) +(\d+\.\d) %$`)

func TestPredict(t *testing.T) {
	t.Parallel()
	path := picture(t)
	for kind, args := range map[string][]string{
		"image":  {"--image", path},
		"text":   {"--text", "grinning face"},
		"concat": {"--image", path, "--text", "Grinning FACE!"},
		"joint":  {"--image", path, "--text", "words that nobody ever heard of xyzzy"},
	} {
		for top, want := range map[string]int{"3": 3, "100": 10} {
			o := multitorch(append([]string{"predict", "--checkpoint", checkpointOf(t, kind), "--top", top}, args...)...).requireOK(t)
			lines := strings.Split(strings.TrimSuffix(o.stdout, "\n"), "\n")
			require.Len(t, lines, want)
			sum, last := 0.0, 100.0
			for _, line := range lines {
				m := prediction.FindStringSubmatch(line)
				require.NotNil(t, m, line)
				require.Contains(t, emoji10.Classes(), m[1])
				p, err := strconv.ParseFloat(m[2], 64)
				require.NoError(t, err)
				require.LessOrEqual(t, p, last)
				sum, last = sum+p, p
			}
			if want == 10 {
				require.InDelta(t, 100, sum, 0.5)
			}
		}
	}
}

func TestPredictRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		return path
	}
	good := picture(t)
	whole, err := os.ReadFile(good)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		kind string
		args []string
		want []string
	}{
		"no image given":     {"image", nil, []string{"--image", "expected a file"}},
		"no image file":      {"image", []string{"--image", filepath.Join(dir, "none.png")}, []string{"--image", "none.png", "no such file"}},
		"a folder":           {"image", []string{"--image", dir}, []string{"--image", dir, "a folder, which is no regular file"}},
		"an empty file":      {"image", []string{"--image", file("empty.png", "")}, []string{"empty.png", "an empty file", "convert it"}},
		"a text file":        {"image", []string{"--image", file("text.png", "hello")}, []string{"text.png", "expected an image (PNG", "begin with \"hello\""}},
		"a cut image":        {"image", []string{"--image", file("cut.png", string(whole[:len(whole)/2]))}, []string{"cut.png", "damaged", "export it again"}},
		"text for an image":  {"image", []string{"--image", good, "--text", "a"}, []string{"--text", "looks at images only"}},
		"image for a text":   {"text", []string{"--image", good, "--text", "a"}, []string{"--image", "reads texts only"}},
		"no text given":      {"text", nil, []string{"--text", "expected a few words"}},
		"an empty text":      {"text", []string{"--text", ""}, []string{"--text", "expected a few words"}},
		"blanks":             {"text", []string{"--text", "  \n "}, []string{"--text", "expected at least one word"}},
		"punctuation":        {"concat", []string{"--image", good, "--text", "?!… ♪"}, []string{"--text", "?!… ♪", "expected at least one word"}},
		"image without text": {"joint", []string{"--image", good}, []string{"--text", "expected a few words"}},
	} {
		t.Run(name, func(t *testing.T) {
			refused(append([]string{"predict", "--checkpoint", checkpointOf(t, c.kind)}, c.args...)...).requireError(t, failed, c.want...)
		})
	}
	cmd := command("predict", "--text", "a")
	cmd.Dir = dir
	finish(cmd).requireError(t, failed, "runs/emoji10-concat-seed0/"+checkpointName, "no such file", "multitorch train makes one")
}

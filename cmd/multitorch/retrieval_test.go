package main

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/emoji10"
)

// Retrieval is trained, measured both ways, asked by a picture and by words.
func TestRetrieval(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "run")
	o := multitorch("train", "retrieval", "--epochs", "2", "--out", out).requireOK(t)
	require.Contains(t, o.stdout, "3212 training pairs and 300 test pairs (by emoji, 300 held out, split seed 0, label + tags)")
	require.Regexp(t, `image->text R@10 \d+\.\d %`, o.stdout)
	checkpoint := filepath.Join(out, checkpointName)

	e := multitorch("eval", checkpoint).requireOK(t)
	require.Regexp(t, `(?m)^image->text +\d+\.\d % +\d+\.\d % +\d+\.\d % +\d+\.\d+ +0\.\d{4}$`, e.stdout)
	require.Regexp(t, `(?m)^text->image +\d+\.\d % +\d+\.\d % +\d+\.\d % +\d+\.\d+ +0\.\d{4}$`, e.stdout)
	require.Regexp(t, `zero-shot, the ten classes by prompts: accuracy \d+\.\d %`, e.stdout)

	picture := filepath.Join(t.TempDir(), "picture.png")
	data, err := emoji10.Load("")
	require.NoError(t, err)
	f, err := os.Create(picture)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, emojiPicture(data.Image(0, 0))))
	require.NoError(t, f.Close())
	p := multitorch("predict", "--checkpoint", checkpoint, "--image", picture, "--top", "10").requireOK(t)
	require.Equal(t, 10, strings.Count(p.stdout, " %\n"))
	for _, class := range emoji10.Classes() {
		require.Contains(t, p.stdout, class)
	}
	p = multitorch("predict", "--checkpoint", checkpoint, "--image", picture, "--text", "a flag, a red fruit").requireOK(t)
	require.Equal(t, 2, strings.Count(p.stdout, " %\n"))
	require.Contains(t, p.stdout, "a red fruit ")

	sheet := filepath.Join(t.TempDir(), "found.png")
	s := multitorch("search", "Red  fruit", "--checkpoint", checkpoint, "--out", sheet, "--top", "10", "--columns", "5").requireOK(t)
	require.Empty(t, s.stderr)
	require.Contains(t, s.stdout, "10 of 1906 pictures in "+sheet)
	f, err = os.Open(sheet)
	require.NoError(t, err)
	defer f.Close()
	drawn, err := png.Decode(f)
	require.NoError(t, err)
	require.Equal(t, 5*112, drawn.Bounds().Dx())

	again := multitorch("search", "xyzzy", "--checkpoint", checkpoint, "--out", sheet).requireOK(t)
	require.Contains(t, again.stderr, `"xyzzy": the model knows none of its words`)
	refused("search", "???", "--checkpoint", checkpoint).requireError(t, failed, "???", "expected a few words")
	refused("search", "fruit", "--checkpoint", checkpointOf(t, "text")).requireError(t, failed, "--checkpoint", "expected one of retrieval")
	refused("search", "fruit", "--checkpoint", filepath.Join(out, "none")).requireError(t, failed, "there is no such file")
	refused("predict", "--checkpoint", checkpoint, "--text", "fruit").requireError(t, failed, "--text", "multitorch search")
	refused("predict", "--checkpoint", checkpoint).requireError(t, failed, "--image")
	requireMisuse(t, []string{"search", "fruit", "--top", "0"}, "--top: expected 1 to 1000")
	requireMisuse(t, []string{"search"}, "<query>")
}

package processors_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/torch"
	"multitorch/transformers/processors"
)

func TestImageProcessorOpen(t *testing.T) {
	c, err := processors.Defaults("ViTImageProcessor") // which does not convert
	require.NoError(t, err)
	c.Size = processors.Size{Height: 4, Width: 6}
	p, err := processors.NewImageProcessor(c)
	require.NoError(t, err)
	dir := t.TempDir()
	clear, grey := filepath.Join(dir, "clear.png"), filepath.Join(dir, "grey.png")
	require.NoError(t, image.New(9, 7, 4).Save(clear))
	require.NoError(t, image.Uniform(9, 7, 51).Save(grey))
	x, err := p.Open(context.Background(), clear, grey)
	require.NoError(t, err)
	require.Equal(t, p.Process(image.Uniform(4, 6, 255, 255, 255), image.Uniform(4, 6, 51, 51, 51)).Bytes(), x.Bytes())

	_, err = p.Open(context.Background(), grey, filepath.Join(dir, "none.png"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(grey, []byte("not a picture"), 0o666))
	_, err = p.Open(context.Background(), grey)
	require.ErrorContains(t, err, grey)
}

// A camera's note turns a picture, as Transformers' load_image does.
func TestImageProcessorHeedsOrientation(t *testing.T) {
	c, err := processors.Defaults("ViTImageProcessor")
	require.NoError(t, err)
	c.DoResize = false
	p, err := processors.NewImageProcessor(c)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "photo.jpg")
	require.NoError(t, image.New(16, 48, 3).Save(path))
	plain, err := os.ReadFile(path)
	require.NoError(t, err)
	note := []byte("\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00" + // one entry:
		"\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00") // the orientation is 6
	turned := bytes.Join([][]byte{plain[:2], note, plain[2:]}, nil)
	require.NoError(t, os.WriteFile(path, turned, 0o666))
	x, err := p.Open(context.Background(), path)
	require.NoError(t, err)
	require.Equal(t, torch.Shape{1, 3, 48, 16}, x.Shape())
}

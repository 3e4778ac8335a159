package processors_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
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

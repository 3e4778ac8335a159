package source_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/source"
)

func TestOffered(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	apt := func(script string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "apt-get"), []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	}
	apt(`echo "Reading lists..."; echo "'http://host/pool/a_1.2-3_all.deb' a_1.2-3_all.deb 17 SHA256:00"`)
	file, err := source.Offered(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, "a_1.2-3_all.deb", file)
	apt("echo nothing")
	_, err = source.Offered(t.Context(), "a")
	require.ErrorContains(t, err, "does not say")
	apt("exit 100")
	_, err = source.Offered(t.Context(), "a")
	require.ErrorContains(t, err, "knows no package a")
}

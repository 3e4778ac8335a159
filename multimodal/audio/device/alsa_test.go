//go:build linux

package device_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/audio/device"
)

// A machine without a sound card gets one error, and not ALSA's own lines besides.
func TestQuiet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stderr")
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	before, err := syscall.Dup(2)
	require.NoError(t, err)
	defer syscall.Close(before)
	require.NoError(t, syscall.Dup3(int(f.Fd()), 2, 0))
	_, _, err = device.Devices()
	m, openErr := device.OpenMicrophone()
	require.NoError(t, syscall.Dup3(before, 2, 0))
	if openErr == nil {
		require.NoError(t, m.Close())
	} else {
		require.ErrorIs(t, openErr, device.ErrNoDevice)
	}
	if err != nil {
		require.ErrorIs(t, err, device.ErrNoDevice)
	}
	said, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(said), "ALSA lib")
}

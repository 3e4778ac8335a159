package device_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/audio/device"
	"multitorch/torch"
)

const null = device.Null(true)

func TestDevices(t *testing.T) {
	microphones, speakers, err := device.Devices(null)
	require.NoError(t, err)
	require.Equal(t, []device.Info{{Name: "NULL Capture Device", Default: true}}, microphones)
	require.Equal(t, []device.Info{{Name: "NULL Playback Device", Default: true}}, speakers)
	microphones, _, err = device.Devices(null, device.Name("nothing"))
	require.NoError(t, err)
	require.Empty(t, microphones)
}

func TestMicrophone(t *testing.T) {
	m, err := device.OpenMicrophone(null, device.Rate(8000), device.Channels(2), device.Name("capture"))
	require.NoError(t, err)
	defer m.Close()
	start := time.Now()
	for range 2 {
		block, err := m.Read(t.Context(), 800)
		require.NoError(t, err)
		require.Equal(t, torch.Shape{2, 800}, block.Shape())
		require.Zero(t, block.Abs().Max().Item())
	}
	require.Greater(t, time.Since(start), 100*time.Millisecond) // in real time
	_, err = m.Read(t.Context(), 0)
	require.ErrorContains(t, err, "expected 1 to 80000 frames at once, got 0")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.Read(ctx, 80000)
	require.ErrorIs(t, err, context.Canceled)

	waiting := make(chan error)
	go func() {
		_, err := m.Read(context.Background(), 80000)
		waiting <- err
	}()
	time.Sleep(20 * time.Millisecond) // most likely it waits by now; one that comes later is told the same
	require.NoError(t, m.Close())
	require.NoError(t, m.Close())
	require.ErrorContains(t, <-waiting, "closed")
}

func TestSpeaker(t *testing.T) {
	s, err := device.OpenSpeaker(null, device.Rate(8000))
	require.NoError(t, err)
	defer s.Close()
	start := time.Now()
	require.NoError(t, s.Write(t.Context(), torch.Zeros(torch.Shape{6000})))
	require.NoError(t, s.Drain(t.Context()))
	require.Greater(t, time.Since(start), 500*time.Millisecond)
	require.ErrorContains(t, s.Write(t.Context(), torch.Zeros(torch.Shape{2, 10})), "expected floats [1, frames], got float32 [2 10]")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.Write(ctx, torch.Zeros(torch.Shape{80000})), context.DeadlineExceeded)
}

func TestRecordAndPlay(t *testing.T) {
	wave, err := device.Record(t.Context(), 100*time.Millisecond, null)
	require.NoError(t, err)
	require.Equal(t, torch.Shape{1, 1600}, wave.Shape())
	require.NoError(t, device.Play(t.Context(), wave, 16000, null))
	_, err = device.Record(t.Context(), 0, null)
	require.ErrorContains(t, err, "got 0s")
}

func TestListenAndProduce(t *testing.T) {
	blocks := 0
	require.NoError(t, device.Listen(t.Context(), 160, func(block *torch.Tensor) error {
		require.Equal(t, torch.Shape{1, 160}, block.Shape())
		if blocks++; blocks == 5 {
			return device.ErrStop
		}
		return nil
	}, null))
	require.Equal(t, 5, blocks)
	failed := errors.New("failed")
	require.ErrorIs(t, device.Listen(t.Context(), 160, func(*torch.Tensor) error { return failed }, null), failed)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.NoError(t, device.Listen(ctx, 160, func(*torch.Tensor) error { return nil }, null))

	given := 0
	require.NoError(t, device.Produce(t.Context(), func() (*torch.Tensor, error) {
		if given++; given == 4 {
			return nil, device.ErrStop
		}
		return torch.Zeros(torch.Shape{400}), nil
	}, null))
	require.Equal(t, 4, given)
}

// Where there is no microphone the error says so. On a machine with one, it is asked for by a name that none has.
func TestNoMicrophone(t *testing.T) {
	_, err := device.OpenMicrophone(device.Name("no microphone has this name"))
	require.ErrorIs(t, err, device.ErrNoDevice)
	require.ErrorContains(t, err, "open a microphone: ")
	if microphones, _, err := device.Devices(); err != nil || len(microphones) == 0 {
		_, err := device.Record(t.Context(), time.Second)
		require.ErrorIs(t, err, device.ErrNoDevice)
	}
	_, err = device.OpenMicrophone(null, device.Name("usb"))
	require.ErrorContains(t, err, `no microphone is called "usb"; there are: NULL Capture Device`)
	_, err = device.OpenSpeaker(null, device.Rate(1))
	require.ErrorContains(t, err, "expected 8,000 to 384,000 samples per second")
}

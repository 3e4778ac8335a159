package image_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
)

// recorded is what ffmpeg wrote of testdata/video.mp4: five frames of 32 x 24.
func recorded(t testing.TB) []byte {
	content, err := os.ReadFile("testdata/video.ppm")
	require.NoError(t, err)
	return content
}

// stand is a program in ffmpeg's place that notes its arguments.
func stand(t *testing.T, script string) (args func() string) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ffmpeg"), []byte("#!/bin/sh\necho \"$@\" >"+dir+"/args\n"+script), 0o700))
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return func() string {
		content, err := os.ReadFile(filepath.Join(dir, "args"))
		require.NoError(t, err)
		return string(content)
	}
}

func collect(t *testing.T, path string, c image.VideoConfig) (frames []*image.Image, err error) {
	for m, e := range image.Video(t.Context(), path, c) {
		if e != nil {
			return frames, e
		}
		frames = append(frames, m)
	}
	return frames, nil
}

func TestVideo(t *testing.T) {
	real, _ := exec.LookPath("ffmpeg")
	if real != "" { // where it is, it must write what was recorded
		frames, err := collect(t, "testdata/video.mp4", image.VideoConfig{})
		require.NoError(t, err)
		require.Len(t, frames, 5)
		for i, m := range frames {
			requireEqual(t, &image.Image{Pix: recorded(t)[13+i*(13+2304):][:2304], Height: 24, Width: 32, Channels: 3}, m, 1, i)
		}
		frames, err = collect(t, "testdata/video.mp4", image.VideoConfig{From: 400 * time.Millisecond, Rate: 10, Frames: 3})
		require.NoError(t, err)
		require.Len(t, frames, 3)
		_, err = collect(t, "video_test.go", image.VideoConfig{})
		require.ErrorContains(t, err, "video_test.go: exit status")
	}
	script, err := filepath.Abs("testdata/video.ppm")
	require.NoError(t, err)
	args := stand(t, "cat '"+script+"'")
	frames, err := collect(t, "testdata/video.mp4", image.VideoConfig{From: time.Second, Duration: 2 * time.Second, Rate: 2.5, Frames: 9})
	require.NoError(t, err)
	require.Len(t, frames, 5)
	require.Contains(t, args(), "-ss 1.000000 -t 2.000000 -protocol_whitelist file -i file:/")
	require.Contains(t, args(), "-vf fps=2.5 -frames:v 9")

	for range image.Video(t.Context(), "testdata/video.mp4", image.VideoConfig{}) {
		break
	}
	_, err = collect(t, "testdata/video.mp4", image.VideoConfig{Rate: -1})
	require.ErrorContains(t, err, "expected nothing below 0")
}

func TestVideoThatFails(t *testing.T) {
	stand(t, "head -c 5000 '"+filepath.Join(must(os.Getwd()), "testdata/video.ppm")+"'; echo moov atom not found >&2; exit 1")
	frames, err := collect(t, "testdata/video.mp4", image.VideoConfig{})
	require.Len(t, frames, 2)
	require.ErrorContains(t, err, "video.mp4: exit status 1: ffmpeg: moov atom not found")
	stand(t, "cat '"+filepath.Join(must(os.Getwd()), "testdata/video.ppm")+"'; echo partial file >&2") // what it says of a cut one
	frames, err = collect(t, "testdata/video.mp4", image.VideoConfig{})
	require.Len(t, frames, 5)
	require.ErrorContains(t, err, "video.mp4: it is damaged or cut short: ffmpeg: partial file")
	stand(t, "exit 0")
	_, err = collect(t, "testdata/video.mp4", image.VideoConfig{})
	require.ErrorContains(t, err, "there is no frame in it")

	stand(t, "exec sleep 100")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for _, err := range image.Video(ctx, "testdata/video.mp4", image.VideoConfig{}) {
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	_, err = collect(t, "testdata/none.mp4", image.VideoConfig{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = collect(t, "testdata", image.VideoConfig{})
	require.ErrorContains(t, err, "expected a video")
	for _, err := range image.Camera(t.Context(), "/dev/no-camera", image.VideoConfig{}) {
		require.ErrorContains(t, err, "there is no camera: stat /dev/no-camera")
	}
	t.Setenv("PATH", t.TempDir())
	_, err = collect(t, "testdata/video.mp4", image.VideoConfig{})
	require.ErrorContains(t, err, "videos are read by the program ffmpeg, which is not on the PATH")
	require.ErrorContains(t, err, "apt install ffmpeg")
}

// A loop that is left by a panic leaves no process behind.
func TestVideoInALoopThatPanics(t *testing.T) {
	stand(t, "echo $$ >\"$(dirname \"$0\")/pid\"; cat '"+filepath.Join(must(os.Getwd()), "testdata/video.ppm")+"'; exec sleep 100")
	dir, _, _ := strings.Cut(os.Getenv("PATH"), ":")
	require.Panics(t, func() {
		for range image.Video(t.Context(), "testdata/video.mp4", image.VideoConfig{}) {
			panic("in the loop")
		}
	})
	pid, err := strconv.Atoi(strings.TrimSpace(string(must(os.ReadFile(filepath.Join(dir, "pid"))))))
	require.NoError(t, err)
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestFrames(t *testing.T) {
	for content, words := range map[string]string{
		"P5\n1 1\n255\nx": "expected a picture PPM", "P6": "cut short in its header", "P6\n1 a": `expected a number in its header, got 'a'`,
		"P6\n1 1\n65535\nxxxxxx": "expected at most 64 megapixels of 8 bits", "P6\n65536 65536\n255\n": "expected at most 64 megapixels",
		"P6\n8000 8000\n255\nxx": "cut short after 0 of 192000000 bytes", "P6\n99999999 1\n255\n": "expected a number",
		"P6" + strings.Repeat(" ", 50): "too many spaces",
	} {
		n := 0
		for m, err := range image.Frames(strings.NewReader(content)) {
			require.Nil(t, m)
			require.ErrorContains(t, err, words)
			n++
		}
		require.Equal(t, 1, n, content)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(recorded(f)[:3000])
	f.Add([]byte("P6 1 1 255 abc"))
	f.Fuzz(func(t *testing.T, content []byte) {
		total := 0
		for m, err := range image.Frames(bytes.NewReader(content)) {
			require.Equal(t, err == nil, m != nil)
			if m != nil {
				total += len(m.Pix)
			}
		}
		require.LessOrEqual(t, total, len(content))
	})
}

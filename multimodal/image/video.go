package image

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// VideoConfig is which frames of a video are read.
type VideoConfig struct {
	From     time.Duration // where to begin
	Duration time.Duration // how long: to the end
	Rate     float64       // frames for each second, repeated or left out: as in the file
	Frames   int           // at most: all
}

// Video reads the frames of a video file, three channels each, with the program ffmpeg, which has to be installed:
//
//	for frame, err := range image.Video(ctx, "clip.mp4", image.VideoConfig{Rate: 2}) {
//
// An error ends the loop: that ffmpeg is not there, that the file is none, or the end of ctx. That the file is damaged or cut
// short, in ffmpeg's words, comes after the frames that could be read. Leaving the loop ends ffmpeg. Frames are turned as the
// file says. ffmpeg reads this file and nothing that it may refer to elsewhere.
func Video(ctx context.Context, path string, c VideoConfig) iter.Seq2[*Image, error] {
	return func(yield func(*Image, error) bool) {
		info, err := os.Stat(path)
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("read %s: expected a video, found what is no regular file", path)
		}
		if err == nil {
			path, err = filepath.Abs(path)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		frames(ctx, path, []string{"-protocol_whitelist", "file", "-i", "file:" + path}, c, yield)
	}
}

// Camera reads frames of a camera, such as /dev/video0, as [Video] does, until the loop is left.
func Camera(ctx context.Context, device string, c VideoConfig) iter.Seq2[*Image, error] {
	return func(yield func(*Image, error) bool) {
		if _, err := os.Stat(device); err != nil {
			yield(nil, fmt.Errorf("there is no camera: %w", err))
			return
		}
		frames(ctx, device, []string{"-f", "v4l2", "-i", device}, c, yield)
	}
}

// frames runs ffmpeg, which writes each frame as a picture in the simplest of formats.
func frames(ctx context.Context, name string, input []string, c VideoConfig, yield func(*Image, error) bool) {
	options, err := c.options()
	if err != nil {
		yield(nil, err)
		return
	}
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		yield(nil, fmt.Errorf("read %s: videos are read by the program ffmpeg, which is not on the PATH (%w); install it: apt install ffmpeg",
			name, err))
		return
	}
	args := append([]string{"-nostdin", "-hide_banner", "-v", "error", "-max_pixels", strconv.Itoa(64_000_000)}, options[0]...)
	args = append(append(args, input...), options[1]...)
	args = append(args, "-an", "-sn", "-dn", "-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "-")

	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, ffmpeg, args...)
	cmd.WaitDelay = time.Second
	said := &tail{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		yield(nil, fmt.Errorf("read %s: ffmpeg: %w", name, err))
		return
	}
	wait := sync.OnceValue(cmd.Wait)
	defer wait() //nolint:errcheck // when the loop is left, by a panic too
	defer cancel()
	count := 0
	for m, err := range Frames(out) {
		if err != nil {
			break // what ffmpeg says is worth more
		}
		count++
		if !yield(m, nil) {
			return
		}
	}
	_, _ = io.Copy(io.Discard, out)
	err = wait()
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case err == nil && count == 0:
		err = errors.New("there is no frame in it")
	case err == nil && said.String() != "": // it ends with 0 after a part of a file, too
		err = errors.New("it is damaged or cut short")
	}
	if err != nil {
		yield(nil, fmt.Errorf("read %s: %w%s", name, err, said))
	}
}

// options are ffmpeg's before and after the input.
func (c VideoConfig) options() (o [2][]string, err error) {
	if c.From < 0 || c.Duration < 0 || c.Frames < 0 || !(c.Rate >= 0 && c.Rate <= 1000) {
		return o, invalid("Video", "expected nothing below 0, and a rate of at most 1000, got %+v", c)
	}
	seconds := func(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }
	if c.From > 0 {
		o[0] = append(o[0], "-ss", seconds(c.From))
	}
	if c.Duration > 0 {
		o[0] = append(o[0], "-t", seconds(c.Duration))
	}
	if c.Rate > 0 {
		o[1] = append(o[1], "-vf", "fps="+strconv.FormatFloat(c.Rate, 'f', -1, 64))
	}
	if c.Frames > 0 {
		o[1] = append(o[1], "-frames:v", strconv.Itoa(c.Frames))
	}
	return o, nil
}

// tail keeps the beginning of what ffmpeg says.
type tail struct{ b bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	t.b.Write(p[:min(len(p), max(0, 1000-t.b.Len()))])
	return len(p), nil
}

func (t *tail) String() string {
	if said := strings.TrimSpace(t.b.String()); said != "" {
		return ": ffmpeg: " + said
	}
	return ""
}

// Frames reads pictures that follow each other in the format PPM (P6, 8 bits), as ffmpeg's image2pipe writes them. An error
// ends the loop; it is nil at the end of r.
func Frames(r io.Reader) iter.Seq2[*Image, error] {
	return func(yield func(*Image, error) bool) {
		in := bufio.NewReaderSize(r, 1<<16)
		for n := 0; ; n++ {
			if _, err := in.Peek(1); err == io.EOF {
				return
			}
			m, err := readPPM(in)
			if err != nil {
				yield(nil, fmt.Errorf("frame %d: %w", n, err))
				return
			}
			if !yield(m, nil) {
				return
			}
		}
	}
}

func readPPM(in *bufio.Reader) (*Image, error) {
	var mark [2]byte
	if _, err := io.ReadFull(in, mark[:]); err != nil || string(mark[:]) != "P6" {
		return nil, fmt.Errorf("expected a picture PPM, which begins with P6, got %q", mark)
	}
	var numbers [3]int // width, height, the largest value
	for i := range numbers {
		v, err := number(in)
		if err != nil {
			return nil, err
		}
		numbers[i] = v
	}
	w, h := numbers[0], numbers[1]
	if w < 1 || h < 1 || w > maxSide || h > maxSide || w*h > 64_000_000 || numbers[2] != 255 {
		return nil, fmt.Errorf("expected at most 64 megapixels of 8 bits, got %d x %d up to %d", h, w, numbers[2])
	}
	m := &Image{Height: h, Width: w, Channels: 3}
	const piece = 1 << 20 // so that a header alone takes no memory
	for left := 3 * w * h; left > 0; left = 3*w*h - len(m.Pix) {
		at := len(m.Pix)
		m.Pix = append(m.Pix, make([]uint8, min(left, piece))...)
		if _, err := io.ReadFull(in, m.Pix[at:]); err != nil {
			return nil, fmt.Errorf("it is cut short after %d of %d bytes", at, 3*w*h)
		}
	}
	return m, nil
}

// number reads one after whitespace, and the byte behind it.
func number(in *bufio.Reader) (v int, err error) {
	digits := 0
	for range 20 {
		b, err := in.ReadByte()
		switch {
		case err != nil:
			return 0, errors.New("it is cut short in its header")
		case b >= '0' && b <= '9' && digits < 7:
			v, digits = 10*v+int(b-'0'), digits+1
		case b != ' ' && b != '\n' && b != '\t' && b != '\r':
			return 0, fmt.Errorf("expected a number in its header, got %q", b)
		case digits > 0:
			return v, nil
		}
	}
	return 0, errors.New("its header has too many spaces")
}

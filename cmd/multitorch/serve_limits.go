package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // its header, for the number of pixels; the picture is decoded by package picture

	"multitorch/internal/sound"
	"multitorch/serve"
)

// checkPicture refuses a picture of too many pixels before they are decoded. What is no picture is found when it is.
func (l *serving) checkPicture(field string, data []byte) error {
	if data == nil {
		return nil
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if most := l.MaxPixels * 1_000_000; err == nil && c.Width*c.Height > most {
		return serve.Unusable(field, fmt.Errorf("the picture has %d x %d pixels: expected at most %d million", c.Width, c.Height, l.MaxPixels))
	}
	return nil
}

// checkSound refuses a sound that is too long, which a compressed one can be by far.
func (l *serving) checkSound(field string, data []byte) error {
	if data == nil {
		return nil
	}
	info, err := sound.Inspect(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return serve.Unusable(field, err)
	}
	if info.Rate <= 0 {
		return serve.Unusable(field, errors.New("the sound has no rate"))
	}
	if seconds := float64(info.Frames) / float64(info.Rate); seconds > l.MaxSeconds {
		return serve.Unusable(field, fmt.Errorf("the sound is %.1f s long: expected at most %v", seconds, l.MaxSeconds))
	}
	return nil
}

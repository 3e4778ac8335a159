package report

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html/template"
	"image/png"
)

// picture is a sample as the page has it.
type picture struct {
	Sample
	URL   template.URL
	Class string // "right", "wrong", or "" where nobody knows
}

// mostPixels bounds a sample's picture.
const mostPixels = 1 << 22

func shown(s Sample) (picture, error) {
	p := picture{Sample: s}
	switch {
	case s.Truth == "":
	case s.Truth == s.Said:
		p.Class = "right"
	default:
		p.Class = "wrong"
	}
	if s.Picture == nil {
		return p, nil
	}
	size := s.Picture.Bounds()
	if size.Empty() || size.Dx()*size.Dy() > mostPixels {
		return p, errors.New("expected a picture of at least one pixel, and of at most 4 million")
	}
	var b bytes.Buffer
	if err := png.Encode(&b, s.Picture); err != nil {
		return p, err
	}
	p.URL = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()))
	return p, nil
}

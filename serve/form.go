package serve

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"unicode/utf8"
)

// readForm reads a request's body by an endpoint's fields. The body is limited already.
func readForm(r *http.Request, fields []Field) (*Form, error) {
	if how := r.Header.Get("Content-Encoding"); how != "" && how != "identity" {
		return nil, refuse(http.StatusUnsupportedMediaType, "Content-Encoding %q: expected a body that is not compressed", clip(how))
	}
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	to := newReading(fields)
	switch media {
	case "application/json":
		err = readJSON(r.Body, to)
	case "multipart/form-data":
		if parameters["boundary"] == "" {
			return nil, refuse(http.StatusBadRequest, "multipart/form-data: expected a boundary")
		}
		err = readMultipart(r.Body, parameters["boundary"], to)
	default:
		return nil, refuse(http.StatusUnsupportedMediaType, "Content-Type %q: expected application/json or multipart/form-data",
			clip(r.Header.Get("Content-Type")))
	}
	if err != nil {
		return nil, err
	}
	return to.done()
}

// readMultipart reads a part at a time, so that no part is kept that has no place.
func readMultipart(body io.Reader, boundary string, to *reading) error {
	whole := &tail{Reader: body, most: len(boundary) + 1024}
	parts := multipart.NewReader(whole, boundary)
	for {
		part, err := parts.NextRawPart() // no transfer encodings: browsers and curl write none
		if errors.Is(err, io.EOF) {      // also where the body ends in the middle of a part's header
			if _, err = io.Copy(io.Discard, whole); err == nil && !bytes.Contains(whole.last, []byte("--"+boundary+"--")) {
				err = broken("multipart form", io.ErrUnexpectedEOF)
			}
			return err // only after a body's end is it seen that a client goes away
		}
		if err != nil {
			return broken("multipart form", err)
		}
		f, err := to.field(part.FormName())
		if err != nil {
			return err
		}
		var most int64 = int64(f.longest()) + 1
		if f.Kind.IsFile() {
			most = 1 << 62 // the body's limit
		}
		data, err := io.ReadAll(io.LimitReader(part, most))
		if err != nil {
			return broken("multipart form", err)
		}
		if f.Kind.IsFile() {
			err = to.file(f, File{Name: clip(part.FileName()), Data: data})
		} else {
			err = to.text(f, string(data))
		}
		if err != nil {
			return err
		}
	}
}

// tail remembers the last bytes that were read.
type tail struct {
	io.Reader
	last []byte
	most int
}

func (t *tail) Read(b []byte) (int, error) {
	n, err := t.Reader.Read(b)
	t.last = append(t.last, b[:n]...)
	t.last = t.last[max(0, len(t.last)-t.most):]
	return n, err
}

// readJSON reads one object, a field at a time, so that a field that is there twice is seen.
func readJSON(body io.Reader, to *reading) error {
	d := json.NewDecoder(body)
	if t, err := d.Token(); err != nil {
		return broken("JSON", err)
	} else if t != json.Delim('{') {
		return refuse(http.StatusBadRequest, "JSON: expected an object of fields")
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return broken("JSON", err)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return broken("JSON", err)
		}
		f, err := to.field(name.(string)) // an object's keys are strings
		if err == nil {
			err = readValue(f, raw, to)
		}
		if err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return broken("JSON", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = errors.New("something comes after the object")
		}
		return broken("JSON", err)
	}
	return nil
}

func readValue(f Field, raw json.RawMessage, to *reading) error {
	wrong := func(expected string) error {
		return &FieldError{Field: f.Name, Err: fmt.Errorf("expected %s", expected)}
	}
	var text string
	isText := raw[0] == '"'
	if isText {
		if err := json.Unmarshal(raw, &text); err != nil {
			return broken("JSON", err)
		}
	}
	switch {
	case f.Kind == Number && !isText:
		var v float64
		if raw[0] == 'n' || json.Unmarshal(raw, &v) != nil { // null is no number
			return wrong("a number")
		}
		return to.number(f, v)
	case f.Kind == Number:
		return wrong("a number")
	case !isText && f.Kind.IsFile():
		return wrong("a file as a base64 string")
	case !isText:
		return wrong("a string")
	case f.Kind.IsFile():
		data, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return wrong("a file as a base64 string, of the letters A-Z, a-z, 0-9, + and /, filled up with =")
		}
		return to.file(f, File{Name: f.Name, Data: data})
	}
	if !utf8.Valid(raw) { // of which the decoder has made something else
		return wrong("UTF-8")
	}
	return to.text(f, text)
}

// broken is a body that can't be read. What the limits or the clock ended is left as it is.
func broken(what string, err error) error {
	switch {
	case errors.As(err, new(*http.MaxBytesError)), errors.As(err, new(*requestError)):
		return err
	case isTimeout(err):
		return refuse(http.StatusRequestTimeout, "the request did not come in time")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(http.StatusBadRequest, "%s: it is cut short", what)
	}
	return refuse(http.StatusBadRequest, "%s: %v", what, err)
}

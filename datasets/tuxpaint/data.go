package tuxpaint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"multitorch/internal/picture"
	"multitorch/internal/regular"
	"multitorch/internal/sound"
	"multitorch/internal/source"
)

// Stamp is a picture with its captions.
type Stamp struct {
	Name     string            `json:"name"`     // its path in the package, without the ending: "animals/birds/blackbird"
	Category string            `json:"category"` // the first part of it: "animals"
	Captions map[string]string `json:"captions"` // by language: "en", "fr", "pt_BR"; "en" is always there

	Picture Span            `json:"image"`  // a PNG file
	Spoken  map[string]Span `json:"speech"` // Ogg Vorbis files, by language
}

// Span is where a file lies in tuxpaint.data.
type Span struct {
	At    int64  `json:"at"`
	Size  int64  `json:"size"`
	CRC32 uint32 `json:"crc32"`
}

// Languages are those in which the caption is spoken, sorted.
func (s Stamp) Languages() []string { return slices.Sorted(maps.Keys(s.Spoken)) }

// Data is the stamps, in the order of their names. It is not to be changed, and any goroutine may read it.
type Data struct {
	Stamps []Stamp
	Dir    string // the folder it was read from
	Source string // the package that the pictures are of: each of Debian's versions has others
}

// index is tuxpaint.json.
type index struct {
	Version int    `json:"version"`
	Source  string `json:"source"`
	Data    struct {
		File string `json:"file"`
		Size int64  `json:"size"`
	} `json:"data"`
	Stamps []Stamp `json:"stamps"`
}

const (
	formatVersion = 1
	indexFile     = "tuxpaint.json"
	dataFile      = "tuxpaint.data"
	maxIndex      = 64 << 20
)

// ErrNotPrepared is the kind of Load's error when the prepared files are not there, or are damaged or of another version:
// Open makes them.
var ErrNotPrepared = errors.New("the data has not been prepared")

// Dir returns the folder that holds the package and the prepared files: dir itself if that is not empty, else the folder
// tuxpaint in $MULTITORCH_DATA, else multitorch/tuxpaint in the user's cache folder. It need not exist.
func Dir(dir string) (string, error) { return source.Dir("tuxpaint", dir) }

// Load reads what was prepared in dir. It fetches nothing and writes nothing.
func Load(dir string) (data *Data, err error) {
	for _, e := range editions {
		if data, err = e.load(dir); err == nil {
			return data, nil
		}
	}
	return nil, err
}

func (e edition) load(dir string) (*Data, error) {
	dir, err := Dir(dir)
	if err != nil {
		return nil, fmt.Errorf("tuxpaint: %w", err)
	}
	data := &Data{Dir: dir, Source: e.deb().Name()}
	err = regular.Read(filepath.Join(dir, indexFile), "the index of the stamps", func(f *os.File, size int64) error {
		if size > maxIndex {
			return fmt.Errorf("%w: it has %d bytes, expected at most %d", ErrNotPrepared, size, maxIndex)
		}
		content, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		if data.Stamps, err = e.parse(dir, content); err != nil {
			return fmt.Errorf("%w: %w", ErrNotPrepared, err)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: %w", ErrNotPrepared, err)
	}
	if err != nil {
		return nil, fmt.Errorf("tuxpaint: %w", err)
	}
	return data, nil
}

// parse reads the index and checks all that the rest of the package relies on.
func (e edition) parse(dir string, content []byte) ([]Stamp, error) {
	var i index
	if err := json.Unmarshal(content, &i); err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	if i.Version != formatVersion || i.Source != e.deb().Name() || len(i.Stamps) != e.count {
		return nil, fmt.Errorf("it has %d stamps of %.80q in version %d, expected %d of %q in version %d",
			len(i.Stamps), i.Source, i.Version, e.count, e.deb().Name(), formatVersion)
	}
	info, err := os.Stat(filepath.Join(dir, dataFile))
	if err != nil {
		return nil, err
	}
	if i.Data.File != dataFile || info.Size() != i.Data.Size {
		return nil, fmt.Errorf("%s has %d bytes, expected %d", dataFile, info.Size(), i.Data.Size)
	}
	for _, s := range i.Stamps {
		spans := append(slices.Collect(maps.Values(s.Spoken)), s.Picture)
		for _, span := range spans {
			if span.At < 0 || span.Size < 1 || span.Size > maxFile || span.At > i.Data.Size-span.Size {
				return nil, fmt.Errorf("a file of %.80q is said to lie outside of %s", s.Name, dataFile)
			}
		}
	}
	return i.Stamps, nil
}

// read is a file of the data. The error says so when it is not what was prepared.
func (d *Data) read(s Span) ([]byte, error) {
	f, err := os.Open(filepath.Join(d.Dir, dataFile))
	if err != nil {
		return nil, fmt.Errorf("tuxpaint: %w", err)
	}
	defer f.Close()
	content := make([]byte, s.Size)
	if _, err := f.ReadAt(content, s.At); err != nil {
		return nil, fmt.Errorf("tuxpaint: %w", err)
	}
	if crc32.ChecksumIEEE(content) != s.CRC32 {
		return nil, fmt.Errorf("tuxpaint: %s is damaged at byte %d; delete it, and the data is prepared again", f.Name(), s.At)
	}
	return content, nil
}

// Image decodes the picture of stamp i: an index into Stamps.
func (d *Data) Image(i int) (image.Image, error) {
	content, err := d.read(d.Stamps[i].Picture)
	if err != nil {
		return nil, err
	}
	m, err := picture.Decode(context.Background(), bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("tuxpaint: %s: %w", d.Stamps[i].Name, err)
	}
	return m, nil
}

// Speech decodes the caption of stamp i as it is spoken in a language: the mean of its channels, from -1 to 1, and their rate
// in Hz. A language in which it is not spoken is an error.
func (d *Data) Speech(i int, language string) (samples []float32, rate int, err error) {
	s := d.Stamps[i]
	span, ok := s.Spoken[language]
	if !ok {
		return nil, 0, fmt.Errorf("tuxpaint: %s is not spoken in %q: expected one of %q", s.Name, language, s.Languages())
	}
	content, err := d.read(span)
	if err != nil {
		return nil, 0, err
	}
	clip, err := sound.Decode(bytes.NewReader(content), int64(len(content)), sound.Limits{})
	if err != nil {
		return nil, 0, fmt.Errorf("tuxpaint: %s in %s: %w", s.Name, language, err)
	}
	samples = make([]float32, clip.Frames)
	for k := range samples {
		for _, v := range clip.Data[k*clip.Channels : (k+1)*clip.Channels] {
			samples[k] += v / float32(clip.Channels)
		}
	}
	return samples, clip.Rate, nil
}

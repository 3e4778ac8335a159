package asterisk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"multitorch/internal/sound"
	"multitorch/internal/source"
)

// Rate is the sample rate of all clips, in Hz.
const Rate = 8000

// Clip is one prompt.
type Clip struct {
	Name    string    // in the package, without ".wav": "agent-pass", "digits/7"
	Text    string    // as the package has it: "Agent login."
	Samples []float32 // from -1 to 1, one channel at Rate; the data set's own, not to be written to
}

// Words is the clip's text as a recogniser of letters writes it: see [Words].
func (c Clip) Words() string { return Words(c.Text) }

// Duration is how long the clip is.
func (c Clip) Duration() time.Duration { return time.Duration(len(c.Samples)) * time.Second / Rate }

// Data is the clips of a language. It is not to be changed, and any goroutine may read it.
type Data struct {
	Clips    []Clip // those with a transcript that is spoken text, in the order of their names
	Skipped  int    // WAV files without one: tones, silences, and texts with remarks in brackets
	Language string
	Dir      string // the folder it was read from
}

// Options say which language is meant.
type Options struct {
	Language string // en, es, fr, it or ru; empty for en
}

// ErrNotFetched is the kind of Load's error when the packages are not there yet: Open or Fetch gets them.
var ErrNotFetched = errors.New("the data has not been fetched")

// Dir returns the folder that holds the packages: dir itself if that is not empty, else the folder asterisk in
// $MULTITORCH_DATA, else multitorch/asterisk in the user's cache folder. It need not exist. All languages share it.
func Dir(dir string) (string, error) { return source.Dir("asterisk", dir) }

// Open returns the clips of a language, and fetches its packages first where they are not there yet (see [Fetch]).
//
// An empty dir means the default (see [Dir]). log, if not nil, is told what is being done, a line at a time; when the data
// is only loaded it is told nothing.
func Open(ctx context.Context, dir string, o Options, log func(string)) (*Data, error) {
	e, err := editionOf(o.Language)
	if err != nil {
		return nil, err
	}
	data, err := e.load(dir)
	if err == nil || !errors.Is(err, ErrNotFetched) {
		return data, err
	}
	if err := e.set().Fetch(ctx, dir, log); err != nil {
		return nil, err
	}
	return e.load(dir)
}

// Fetch sees to it that the two packages of a language lie in dir and are the expected ones: 18 to 24 MB. Those that are
// missing are got with "apt-get download", checked (size and SHA-512) and only then given their names, so there is never a
// partial package under a package's name; one that is there and is not good is an error that names it. A fetch that was
// killed leaves nothing but whole packages, from which the next goes on.
func Fetch(ctx context.Context, dir string, o Options, log func(string)) error {
	e, err := editionOf(o.Language)
	if err != nil {
		return err
	}
	return e.set().Fetch(ctx, dir, log)
}

// Load reads the packages of a language in dir and checks them. It takes about two seconds, fetches nothing and writes
// nothing. The error is an [ErrNotFetched] when a package is missing.
func Load(dir string, o Options) (*Data, error) {
	e, err := editionOf(o.Language)
	if err != nil {
		return nil, err
	}
	return e.load(dir)
}

func (e edition) load(dir string) (*Data, error) {
	data, err := e.read(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("asterisk: %w: %w", ErrNotFetched, err)
	}
	if err != nil {
		return nil, fmt.Errorf("asterisk: %w", err)
	}
	return data, nil
}

func (e edition) read(dir string) (*Data, error) {
	dir, err := Dir(dir)
	if err != nil {
		return nil, err
	}
	texts, err := e.readTexts(dir)
	if err != nil {
		return nil, err
	}
	data := &Data{Language: e.language, Dir: dir}
	files := 0
	isSound := func(name string) bool { return strings.HasSuffix(name, ".wav") }
	err = readPackage(e.sounds, dir, isSound, func(path string, content []byte) error {
		files++
		return data.add(clipName(path), texts, content)
	})
	if err == nil && files != e.clips {
		err = fmt.Errorf("%s: expected %d WAV files, found %d", e.sounds.Files[0].In(dir), e.clips, files)
	}
	slices.SortFunc(data.Clips, func(a, b Clip) int { return strings.Compare(a.Name, b.Name) })
	return data, err
}

func (e edition) readTexts(dir string) (texts map[string]string, err error) {
	isList := func(name string) bool { return name == e.transcripts() }
	err = readPackage(e.texts, dir, isList, func(_ string, content []byte) (err error) {
		texts, err = parseTranscripts(content)
		return err
	})
	return texts, err
}

// add keeps a WAV file that has a spoken text.
func (d *Data) add(name string, texts map[string]string, content []byte) error {
	text := texts[name]
	if !isSpoken(text) {
		d.Skipped++
		return nil
	}
	sound, err := sound.Decode(bytes.NewReader(content), int64(len(content)), sound.Limits{})
	if err == nil && (sound.Rate != Rate || sound.Channels != 1) {
		err = fmt.Errorf("expected one channel at %d Hz, found %d at %d Hz", Rate, sound.Channels, sound.Rate)
	}
	d.Clips = append(d.Clips, Clip{name, text, sound.Data})
	return err
}

// readPackage reads files of the one Debian package that is kept of p.
func readPackage(p source.Package, dir string, want func(string) bool, use func(string, []byte) error) error {
	deb, err := p.Files[0].Read(dir)
	if err != nil {
		return err
	}
	if err := readDeb(deb, want, use); err != nil {
		return fmt.Errorf("%s: %w", p.Files[0].In(dir), err)
	}
	return nil
}

// clipName is a WAV file's name as the transcripts have it: what follows the speaker's folder, without ".wav".
func clipName(path string) string {
	path = strings.TrimPrefix(path, "usr/share/asterisk/sounds/")
	_, name, _ := strings.Cut(path, "/")
	return strings.TrimSuffix(name, ".wav")
}

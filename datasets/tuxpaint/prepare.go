package tuxpaint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"multitorch/datasets/internal/deb"
	"multitorch/internal/atomicfile"
	"multitorch/internal/source"
)

// edition is one state of the data: the package, to the byte, and how many stamps must come out.
type edition struct {
	pkg   source.Package
	count int
}

const spec = "tuxpaint-stamps-default"

// editions are Debian's packages, the oldest first. Each has other pictures than the one before, so figures are of one edition.
var editions = []edition{
	newEdition("2022.06.04-1", 785, 160_880_444, "af4c6a27781956ebbd7e013d17277188ae76008bd9fb0d89894239f82633be87"+ // Debian 12
		"81cf8e27aefa4cc57ad18e7a71ddfcc0778ffc9fef89131e1b40b9e38cf96ca5"),
	newEdition("2025.03.31-1", 951, 80_872_956, "127751697483ba1ee166cb5d7e2e883fba3a5647b2a64b7f1d0f6db278718637"+ // Debian 13
		"224677751d1b0cf94782ffb3820d8d2530808529d035a6c5adcc6418f7c2d439"),
	newEdition("2025.05.26-1", 951, 80_873_772, "49bcfc307c7c8dc72a1f5bd1e85ae2ed2a679d7a58629e6f98a1b48b83742f2a"+
		"fdbba7b424fcbd4c24fc04d0206c78da16e4dab5231237940d6e3737ed5b445e"),
}

func newEdition(version string, count int, size int64, sha512 string) edition {
	deb := source.File{Path: fmt.Sprintf("%s_%s_all.deb", spec, version), Size: size, SHA512: sha512}
	return edition{source.Package{Manager: source.APT, Spec: spec, Files: []source.File{deb}}, count}
}

// chosen is the edition whose package lies in dir, or else the one that this system's apt-get offers. Where it offers none
// of those known, it is the first: the error of its fetch says how to get it.
func chosen(ctx context.Context, dir string) edition {
	for _, e := range editions {
		if e.set().Verify(dir) == nil {
			return e
		}
	}
	offered, _ := source.Offered(ctx, spec)
	for _, e := range editions {
		if e.deb().Name() == offered {
			return e
		}
	}
	return editions[0]
}

func (e edition) set() source.Set {
	return source.Set{Name: "tuxpaint", Packages: []source.Package{e.pkg}}
}

func (e edition) deb() source.File { return e.pkg.Files[0] }

// limits are what the package may hold at most. It unpacks to 218 MB in 10,400 files of at most 1 MB.
var limits = deb.Limits{Unpacked: 1 << 30, Entries: 100_000, File: maxFile}

const maxFile = 16 << 20

// Open returns the stamps, doing what has not been done yet: fetching the package (see [Fetch]), which is up to 161 MB, and
// preparing it, which takes half a minute. Prepared files that are damaged or of another version are made anew.
//
// An empty dir means the default (see [Dir]). log, if not nil, is told what is being done, a line at a time.
func Open(ctx context.Context, dir string, log func(string)) (*Data, error) {
	if data, err := Load(dir); err == nil {
		return data, nil
	}
	return chosen(ctx, dir).open(ctx, dir, log)
}

// Fetch sees to it that the package lies in dir and is the expected one: see fashionmnist.Fetch, which does the same.
func Fetch(ctx context.Context, dir string, log func(string)) error {
	return chosen(ctx, dir).set().Fetch(ctx, dir, log)
}

func (e edition) open(ctx context.Context, dir string, log func(string)) (*Data, error) {
	data, err := e.load(dir)
	if err == nil || !errors.Is(err, ErrNotPrepared) {
		return data, err
	}
	if err := e.set().Fetch(ctx, dir, log); err != nil {
		return nil, err
	}
	if log != nil {
		log("preparing the stamps: half a minute")
	}
	if err := e.prepare(ctx, dir); err != nil {
		return nil, fmt.Errorf("tuxpaint: %w", err)
	}
	return e.load(dir)
}

const root = "usr/share/tuxpaint/stamps/"

// spoken is the name of a spoken caption: the stamp's, "_desc", and a language, where it is not English.
var spoken = regexp.MustCompile(`^(.+)_desc(?:_([A-Za-z]+(?:_[A-Za-z]+)?))?\.ogg$`)

// prepare writes the data first, as it is read, and then the index: until that follows, what is there is an old index, whose
// size does not fit the data, or none.
func (e edition) prepare(ctx context.Context, dir string) error {
	dir, err := Dir(dir)
	if err != nil {
		return err
	}
	i := index{Version: formatVersion, Source: e.deb().Name()}
	i.Data.File = dataFile
	found := map[string]*Stamp{}
	stamp := func(name string) *Stamp {
		if found[name] == nil {
			category, _, _ := strings.Cut(name, "/")
			found[name] = &Stamp{Name: name, Category: category, Captions: map[string]string{}, Spoken: map[string]Span{}}
		}
		return found[name]
	}
	err = atomicfile.Write(filepath.Join(dir, dataFile), func(w io.Writer) error {
		want := func(name string) bool { return strings.HasPrefix(name, root) }
		return deb.Read(ctx, e.deb().In(dir), limits, want, func(path string, content []byte) error {
			name := strings.TrimPrefix(path, root)
			keep := func() (Span, error) {
				span := Span{i.Data.Size, int64(len(content)), crc32.ChecksumIEEE(content)}
				i.Data.Size += span.Size
				_, err := w.Write(content)
				return span, err
			}
			var err error
			if m := spoken.FindStringSubmatch(name); m != nil {
				language := m[2]
				if language == "" {
					language = "en"
				}
				stamp(m[1]).Spoken[language], err = keep()
			} else if picture, ok := strings.CutSuffix(name, ".png"); ok {
				stamp(picture).Picture, err = keep()
			} else if text, ok := strings.CutSuffix(name, ".txt"); ok {
				stamp(text).Captions = captions(content)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	for _, s := range found {
		if s.Picture.Size > 0 && s.Captions["en"] != "" {
			i.Stamps = append(i.Stamps, *s)
		}
	}
	slices.SortFunc(i.Stamps, func(a, b Stamp) int { return strings.Compare(a.Name, b.Name) })
	if len(i.Stamps) != e.count {
		return fmt.Errorf("expected %d pictures with captions in %s, found %d", e.count, e.deb().Name(), len(i.Stamps))
	}
	content, err := json.MarshalIndent(i, "", " ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, indexFile), func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// captions reads a stamp's text: a line of English, and lines such as "fr.utf8=Un merle.". What is not UTF-8 is left out.
func captions(content []byte) map[string]string {
	all := map[string]string{}
	for i, line := range bytes.Split(content, []byte("\n")) {
		if !utf8.Valid(line) {
			continue
		}
		text := strings.TrimSpace(strings.TrimPrefix(string(line), "\ufeff"))
		if i == 0 {
			all["en"] = text
			continue
		}
		language, caption, ok := strings.Cut(text, ".utf8=")
		if ok && language != "en" && strings.TrimSpace(caption) != "" {
			all[language] = strings.TrimSpace(caption)
		}
	}
	return all
}

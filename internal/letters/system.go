package letters

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// maxFonts is how many of the system's fonts are looked at. All of Noto's are two thousand.
const maxFonts = 4096

// fonts are the system's, in the order in which they are asked for a letter.
type fonts struct {
	mu     sync.Mutex
	fonts  []*systemFont
	found  map[rune]*opentype.Font
	buffer sfnt.Buffer
}

// systemFont is a font and its file, which is open only while it is read, since there are more fonts than files that may be
// open. That of a font that has had a letter to draw stays open.
type systemFont struct {
	*opentype.Font
	path string
	open *os.File
}

// ReadAt reads a piece of the file.
func (f *systemFont) ReadAt(p []byte, offset int64) (int, error) {
	if f.open != nil {
		return f.open.ReadAt(p, offset)
	}
	opened, err := os.Open(f.path)
	if err != nil {
		return 0, err
	}
	defer opened.Close()
	return opened.ReadAt(p, offset)
}

// system is read when the first letter is missing.
var system = sync.OnceValue(func() *fonts { return fontsIn(folders()) })

// folders are where fontconfig looks unless it is told otherwise.
func folders() []string {
	home, _ := os.UserHomeDir()
	data := filepath.SplitList(cmp.Or(os.Getenv("XDG_DATA_DIRS"), "/usr/local/share:/usr/share"))
	data = append([]string{cmp.Or(os.Getenv("XDG_DATA_HOME"), filepath.Join(home, ".local/share"))}, data...)
	all := []string{filepath.Join(home, ".fonts")}
	for _, d := range data {
		all = append(all, filepath.Join(d, "fonts"))
	}
	return all
}

// fontsIn finds the fonts in folders: upright ones without serifs first, as Go's is. What is no font is passed over.
func fontsIn(folders []string) *fonts {
	var paths []string
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			switch strings.ToLower(filepath.Ext(path)) {
			case ".ttf", ".otf", ".ttc", ".otc":
				if err == nil && !d.IsDir() && len(paths) < maxFonts {
					paths = append(paths, path)
				}
			}
			return nil // a folder that can't be read has no fonts for us
		})
	}
	slices.SortStableFunc(paths, func(a, b string) int { return cmp.Compare(oddity(a), oddity(b)) })
	all := &fonts{found: map[rune]*opentype.Font{}}
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() { // a pipe would never answer
			continue
		}
		f := &systemFont{path: path}
		collection, err := opentype.ParseCollectionReaderAt(f)
		if err != nil {
			continue
		}
		if f.Font, err = collection.Font(0); err == nil {
			all.fonts = append(all.fonts, f)
		}
	}
	return all
}

// oddity counts what a font's name says it is, beside its family.
func oddity(path string) (n int) {
	name := strings.ToLower(filepath.Base(path))
	for _, style := range []string{
		"bold", "italic", "oblique", "condensed", "light", "thin", "black", "medium", "mono", "serif", "ming", "mincho", "song", "kai",
	} {
		n += strings.Count(name, style)
	}
	return n
}

// with is the first font that has a letter as an outline, or nil.
func (s *fonts) with(letter rune) *opentype.Font {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.found[letter]
	if !ok {
		if i := slices.IndexFunc(s.fonts, func(f *systemFont) bool { return s.has(f.Font, letter) }); i >= 0 {
			f = s.fonts[i].Font
			if s.fonts[i].open == nil {
				s.fonts[i].open, _ = os.Open(s.fonts[i].path)
			}
		}
		s.found[letter] = f
	}
	return f
}

func (s *fonts) has(f *opentype.Font, letter rune) bool {
	i, err := f.GlyphIndex(&s.buffer, letter)
	if err != nil || i == 0 {
		return false
	}
	_, err = f.LoadGlyph(&s.buffer, i, fixed.I(12), nil)
	return err == nil
}

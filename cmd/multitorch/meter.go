package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"
)

// meter shows on a terminal how far a batch of files is: a bar that is drawn over and over. Anywhere else it shows nothing, for
// what is done can be seen from what was written.
type meter struct {
	terminal *os.File // nil: nothing is shown
	files    int
	at       int    // the file that is worked at
	name     string // its name
	drawn    bool
	columns  func() int
}

func newMeter(f *os.File, files int) *meter {
	m := &meter{files: files}
	if term.IsTerminal(int(f.Fd())) {
		m.terminal = f
		m.columns = func() int {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil {
				return 80
			}
			return width
		}
	}
	return m
}

// file begins a file.
func (m *meter) file(i int, path string) {
	m.at, m.name = i, filepath.Base(path)
	m.draw(0)
}

// part is told how many seconds of a file are done.
func (m *meter) part(seconds float64) func(float64) {
	return func(done float64) { m.draw(done / seconds) }
}

func (m *meter) draw(part float64) {
	if m.terminal == nil {
		return
	}
	const width = 24
	done := (float64(m.at) + min(part, 1)) / float64(m.files)
	bar := strings.Repeat("█", int(done*width)) + strings.Repeat("░", width-int(done*width))
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, m.name)
	line := []rune(fmt.Sprintf("%s %3.0f %% %d/%d %s", bar, 100*done, m.at+1, m.files, name))
	fmt.Fprintf(m.terminal, "\r\033[K%s", string(line[:min(len(line), max(m.columns()-1, 0))]))
	m.drawn = true
}

// clear takes the bar away, before something is written.
func (m *meter) clear() {
	if m.drawn {
		fmt.Fprint(m.terminal, "\r\033[K")
		m.drawn = false
	}
}

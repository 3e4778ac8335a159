// Package progress shows how far a training run is.
//
// On a terminal that is a bar which is drawn over and over. Anywhere else (a file, a pipe, a log) it is a plain line
// every few seconds, without control characters.
package progress

import (
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/term"
)

const (
	redraw     = 100 * time.Millisecond // between two drawings of the bar
	plainEvery = 5 * time.Second        // between two plain lines
	clearLine  = "\r\x1b[K"             // go to the first column and erase the line
)

// A Progress reports the steps of one run. Its methods may be called from several goroutines. They return no errors:
// when nobody can read the progress any more, the run goes on.
type Progress struct {
	w      io.Writer
	total  int
	config Config

	mu    sync.Mutex
	state state
	start time.Time // of the run
	drawn time.Time // when a line was last written
	bar   string    // what stands on the terminal's last line
	done  bool
}

// Config is how a Progress reports.
type Config struct {
	Epochs  int              // for display; 0: not shown
	Every   time.Duration    // between two plain lines
	Clock   func() time.Time // gives the time
	Columns func() int       // the width of the terminal, asked for every drawing; nil for plain lines
}

// An Option is a setting of [New]: [Epochs], [Every], [Clock], [Terminal].
type Option interface{ progress(c *Config) }

// Epochs is the number of epochs, for display. Default: it is not shown.
type Epochs int

// Every is the time between two plain lines. Default: 5 seconds.
type Every time.Duration

// Clock gives the time. Default: time.Now.
type Clock func() time.Time

// Terminal says that the writer is a terminal with so many columns, whatever it looks like. A nil function asks for plain
// lines. Default: what the writer is.
type Terminal func() int

func (e Epochs) progress(c *Config)   { c.Epochs = int(e) }
func (e Every) progress(c *Config)    { c.Every = time.Duration(e) }
func (f Clock) progress(c *Config)    { c.Clock = f }
func (f Terminal) progress(c *Config) { c.Columns = f }

// New starts the report of a run of total steps on w. A step is one update of the parameters; steps are counted from 1
// over the whole run, not from the start of an epoch. If total is 0 or less it is not known, and there is no bar and no
// ETA. Done must be called at the end.
func New(w io.Writer, total int, opts ...Option) *Progress {
	p := &Progress{w: w, total: total, config: Config{Every: plainEvery, Clock: time.Now, Columns: terminalColumns(w)}}
	for _, opt := range opts {
		opt.progress(&p.config)
	}
	p.start = p.config.Clock()
	p.state.at = p.start
	return p
}

// Step reports that a step is finished: its epoch, its number, its loss, and the number of samples it used. The first
// step of a run that resumes has a number greater than 1; speed and ETA count from there.
func (p *Progress) Step(epoch, step int, loss float64, samples int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return
	}
	now := p.config.Clock()
	p.state.add(now, epoch, step, loss, samples)
	if p.config.Columns != nil {
		if last := step == p.total; last || p.drawn.IsZero() || now.Sub(p.drawn) >= redraw {
			p.drawn = now
			p.draw()
		}
		return
	}
	if p.drawn.IsZero() || now.Sub(p.drawn) >= p.config.Every {
		p.drawn = now
		p.write(p.state.text(full, p.total, p.config.Epochs) + "\n")
	}
}

// Message writes a line of its own: above the bar on a terminal, between the lines elsewhere. Control characters in it
// are left out.
func (p *Progress) Message(text string) {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.TrimRight(text, "\r\n"))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == "" {
		p.write(text + "\n")
		return
	}
	p.write(clearLine + text + "\n" + p.bar)
}

// Done ends the report with one line that says where the run stopped, its mean speed and how long it took. A second
// Done, and a Step after Done, do nothing.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return
	}
	p.done = true
	line := ""
	if p.state.steps > 0 {
		line = p.state.summary(p.state.at.Sub(p.start), p.total, p.config.Epochs) + "\n"
	}
	if p.bar != "" {
		line = clearLine + line
	}
	p.bar = ""
	p.write(line)
}

// draw writes the bar over the last one. The last column stays free: some terminals go to a new line when it is used.
func (p *Progress) draw() {
	p.bar = layout(p.state, p.total, p.config.Epochs, p.config.Columns()-1)
	p.write(clearLine + p.bar)
}

// write hands text over in one piece, so that other output cannot get in between.
func (p *Progress) write(text string) {
	if text != "" {
		_, _ = io.WriteString(p.w, text)
	}
}

// terminalColumns returns what asks w for its width, or nil if w is no terminal that can erase a line.
func terminalColumns(w io.Writer) func() int {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return func() int {
		width, _, err := term.GetSize(int(f.Fd()))
		if err != nil || width <= 0 {
			return 80
		}
		return width
	}
}

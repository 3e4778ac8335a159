package tensorboard

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"
)

// writerName is what the first event of a file says about the program that wrote it.
const writerName = "multitorch"

// A Writer adds events to one new file in one directory. Its methods may be called from several goroutines.
//
// Every call hands its record to the operating system in one piece before it returns, so a process that is killed
// loses nothing, and TensorBoard sees each event at once. Only a power cut can take events written after the last Flush.
//
// An event that cannot be written (a full disk, say) is an error, and is taken back whole: the events before it stay
// readable and later ones may succeed.
type Writer struct {
	dir    string
	config Config

	mu     sync.Mutex
	lock   *os.File           // the directory, locked against a second writer
	file   *os.File           // nil once closed
	size   int64              // bytes of whole records in file
	mark   Mark               // behind them
	broken error              // why nothing can be added any more
	runs   map[string]*Writer // the sub-directories that Scalars writes to
}

// Config is how a Writer writes.
type Config struct {
	ResumeAt int              // see the option of that name; -1: a new run, or more of the one that is there
	Suffix   string           // added to the name of the event file
	Clock    func() time.Time // gives the time that events and the file name carry
}

// An Option is a setting of [NewWriter]: [ResumeAt], [Suffix], [Clock].
type Option interface{ writer(c *Config) }

// ResumeAt says that the run continues at this step, of at least 0: TensorBoard then forgets the events of earlier files
// in the directory at this step and after it, so a run that went on from a checkpoint does not draw its curves twice. It
// is SummaryWriter's purge_step. Default: nothing is forgotten.
type ResumeAt int

// Suffix is added to the name of the event file. Default: nothing.
type Suffix string

// Clock gives the time that events and the file name carry. Default: time.Now.
type Clock func() time.Time

func (r ResumeAt) writer(c *Config) { c.ResumeAt = int(r) }
func (s Suffix) writer(c *Config)   { c.Suffix = string(s) }
func (f Clock) writer(c *Config)    { c.Clock = f }

// NewWriter creates dir, if need be, and in it a new event file that sorts after those already there.
//
// TensorBoard reads the files of a directory one after the other and never returns to an earlier one. So a second
// Writer for a directory, in this process or another, is an error until the first is closed.
func NewWriter(dir string, opts ...Option) (*Writer, error) {
	w := &Writer{dir: dir, config: Config{ResumeAt: -1, Clock: time.Now}, runs: map[string]*Writer{}}
	for _, opt := range opts {
		if r, ok := opt.(ResumeAt); ok && r < 0 {
			return nil, fmt.Errorf("tensorboard: writer for %s: ResumeAt: expected a step of at least 0, but got %d", dir, r)
		}
		opt.writer(&w.config)
	}
	if err := w.open(); err != nil {
		return nil, fmt.Errorf("tensorboard: writer for %s: %w", dir, err)
	}
	return w, nil
}

// sameConfig is all options of another writer.
type sameConfig Config

func (s sameConfig) writer(c *Config) { *c = Config(s) }

// Scalar adds one point to the curve called tag. TensorBoard keeps float32; NaN and infinities are written as they are.
func (w *Writer) Scalar(tag string, step int, value float64) error {
	return w.addValue(step, Value{Tag: tag, Data: Scalar(value)})
}

// Scalars adds one point to each of several curves that share a chart, as SummaryWriter.add_scalars does: each curve is
// a run of its own, in the sub-directory "<tag>_<name>" with '/' turned into '_'.
func (w *Writer) Scalars(tag string, step int, values map[string]float64) error {
	for _, name := range sortedKeys(values) {
		run, err := w.run(strings.ReplaceAll(tag+"_"+name, "/", "_"))
		if err != nil {
			return err
		}
		if err := run.Scalar(tag, step, values[name]); err != nil {
			return err
		}
	}
	return nil
}

// Histogram adds the distribution of values, in the bins of [NewHistogram]. No values, NaN or an infinity are errors.
func (w *Writer) Histogram(tag string, step int, values []float64) error {
	h, err := NewHistogram(values)
	if err != nil {
		return fmt.Errorf("tensorboard: histogram %.80q at step %d: %w", tag, step, err)
	}
	return w.addValue(step, Value{Tag: tag, Data: h})
}

// Image adds a picture, stored as PNG.
func (w *Writer) Image(tag string, step int, img image.Image) error {
	if img == nil || img.Bounds().Empty() {
		return fmt.Errorf("tensorboard: image %.80q at step %d: expected at least one pixel, got none", tag, step)
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return fmt.Errorf("tensorboard: image %.80q at step %d: %w", tag, step, err)
	}
	size := img.Bounds().Size()
	return w.addValue(step, Value{Tag: tag, Data: Image{
		Height: size.Y, Width: size.X, Colorspace: colorspace(img), PNG: buf.Bytes(),
	}})
}

// Text adds a text, which TensorBoard shows as Markdown. Its tag is stored as "<tag>/text_summary".
func (w *Writer) Text(tag string, step int, text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("tensorboard: text %.80q at step %d: expected UTF-8, got other bytes", tag, step)
	}
	return w.addValue(step, Value{Tag: tag + textSuffix, Plugin: "text", Data: Text(text)})
}

// Flush returns when all events so far are on the disk. Training need not call it; see [Writer].
func (w *Writer) Flush() error {
	return w.each(func(w *Writer) error {
		if w.file == nil {
			return w.failed(fs.ErrClosed)
		}
		return w.failed(w.file.Sync())
	})
}

// Close flushes and closes the file. A second Close does nothing; other methods return an error after Close.
func (w *Writer) Close() error {
	return w.each(func(w *Writer) error {
		if w.file == nil {
			return nil
		}
		err := errors.Join(w.file.Sync(), w.file.Close(), w.lock.Close())
		w.file = nil
		return w.failed(err)
	})
}

// each calls f, with the lock held, for w and the runs of Scalars.
func (w *Writer) each(f func(*Writer) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := f(w)
	for _, name := range sortedKeys(w.runs) {
		err = errors.Join(err, w.runs[name].each(f))
	}
	return err
}

// run returns the Writer of a sub-directory.
func (w *Writer) run(name string) (*Writer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return nil, w.failed(fs.ErrClosed)
	}
	if run, ok := w.runs[name]; ok {
		return run, nil
	}
	run, err := NewWriter(filepath.Join(w.dir, name), sameConfig(w.config))
	if err == nil {
		w.runs[name] = run
	}
	return run, err
}

func (w *Writer) addValue(step int, v Value) error {
	name := strings.TrimSuffix(v.Tag, textSuffix)
	if name == "" || !utf8.ValidString(name) {
		return fmt.Errorf("tensorboard: expected a tag of at least one letter in UTF-8, got %.80q", name)
	}
	return w.add(Event{Step: int64(step), Values: []Value{v}})
}

func (w *Writer) add(e Event) error {
	now := w.config.Clock()
	e.WallTime = float64(now.Unix()) + float64(now.Nanosecond())/1e9
	record := appendRecord(nil, appendEvent(nil, e))

	w.mu.Lock()
	defer w.mu.Unlock()
	return w.write(e.Step, record)
}

// write writes a record of an event at a step. The lock is held.
func (w *Writer) write(step int64, record []byte) error {
	if w.file == nil {
		return w.failed(fs.ErrClosed)
	}
	if w.broken != nil {
		return w.failed(w.broken)
	}
	if _, err := w.file.Write(record); err != nil {
		// Half a record in the middle of the file would hide all that follows it.
		if undo := w.file.Truncate(w.size); undo != nil {
			w.broken = errors.Join(err, undo)
		}
		return w.failed(err)
	}
	w.note(step, int64(len(record)))
	return nil
}

func (w *Writer) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("tensorboard: events in %s: %w", w.dir, err)
}

// open locks the directory, creates the file and writes the events that every file begins with.
func (w *Writer) open() (err error) {
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		return err
	}
	if w.lock, err = lockDir(w.dir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			w.lock.Close()
		}
	}()
	file, first, err := createFile(w.dir, w.config.Clock(), w.config.Suffix)
	if w.file = file; err != nil {
		return err
	}
	defer func() {
		if err != nil {
			w.file.Close()
			os.Remove(w.file.Name())
		}
	}()
	if err = w.add(Event{FileVersion: fileVersion, SourceWriter: writerName}); err != nil {
		return err
	}
	for _, step := range starts(first, w.config.ResumeAt) {
		if err = w.add(Event{Step: int64(step), Session: SessionStart}); err != nil {
			return err
		}
	}
	return nil
}

// starts are the steps of the session starts that a file begins with. TensorBoard takes the first one of a directory for
// the beginning of the run, whatever its step, and forgets events at the further ones only. So a run begins with one, and
// a run that goes on begins with two: it can't know that the files before it have one.
func starts(first bool, resumeAt int) []int {
	switch {
	case first:
		return []int{max(resumeAt, 0)}
	case resumeAt >= 0:
		return []int{resumeAt, resumeAt}
	}
	return nil
}

// ErrInUse is the kind of NewWriter's error for a directory that another writer is open for.
var ErrInUse = errors.New("another writer is open for this directory; close it first or choose another directory")

// lockDir keeps other writers out of dir. The lock goes when the process ends, however it ends. A file system that has
// no locks goes without.
func lockDir(dir string) (*os.File, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		d.Close()
		return nil, ErrInUse
	}
	return d, nil
}

// colorspace counts the channels of the PNG: 1 gray, 3 RGB, 4 RGB and alpha.
func colorspace(img image.Image) int {
	switch img := img.(type) {
	case *image.Gray, *image.Gray16:
		return 1
	case interface{ Opaque() bool }:
		if img.Opaque() {
			return 3
		}
	}
	return 4
}

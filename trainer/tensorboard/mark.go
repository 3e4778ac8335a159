package tensorboard

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A Mark is a moment of a run, for its saved state: all events written before it. It knows where those at the last step lie, since
// more of that step may follow.
type Mark struct {
	File     string // name of the event file
	From, To int64  // the bytes in it that hold the events at Step
	Step     int
}

// Mark is the moment after the last event. Runs of [Writer.Scalars] have none.
func (w *Writer) Mark() Mark {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mark
}

// note moves the mark behind a record that was written. Events at earlier steps than the last are forgotten by nobody.
func (w *Writer) note(step, size int64) {
	if w.mark.File == "" {
		w.mark = Mark{File: filepath.Base(w.file.Name())}
	}
	if int(step) > w.mark.Step {
		w.mark.Step, w.mark.From = int(step), w.size
	}
	w.size += size
	w.mark.To = w.size
}

// GoOn goes on with a run of this directory from a mark, after a kill, say: TensorBoard forgets what was written after it, and
// draws no point twice. A session start, which is all that TensorBoard knows for this, forgets whole steps; of the mark's own step
// the events before it are written again. Where their file is gone, or its end is, they stay forgotten.
func (w *Writer) GoOn(from Mark) error {
	for range 2 { // see starts
		if err := w.add(Event{Step: int64(from.Step), Session: SessionStart}); err != nil {
			return err
		}
	}
	records, err := from.records(w.dir)
	if err != nil {
		return w.failed(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.config.ResumeAt = from.Step + 1 // of runs that Scalars begins
	for _, data := range records {
		if err := w.write(int64(from.Step), appendRecord(nil, data)); err != nil {
			return err
		}
	}
	return nil
}

// records are those of the mark's step, as far as they can be read.
func (m Mark) records(dir string) (all [][]byte, err error) {
	if filepath.Base(m.File) != m.File || !strings.HasPrefix(m.File, filePrefix) || m.From < 0 || m.To < m.From {
		return nil, nil // of a state that nobody saved
	}
	f, err := os.Open(filepath.Join(dir, m.File))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := io.NewSectionReader(f, m.From, m.To-m.From)
	for offset := m.From; ; {
		data, err := readRecord(r, offset)
		if err != nil {
			return all, nil
		}
		offset += headerSize + int64(len(data)) + footerSize
		if e, err := decodeEvent(data); err == nil && e.Step == int64(m.Step) && len(e.Values) > 0 {
			all = append(all, bytes.Clone(data))
		}
	}
}

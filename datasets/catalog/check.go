package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"image"
	"image/draw"
	"math"
	"runtime"
	"strings"
	"sync"
)

// Report is what a check found.
type Report struct {
	Samples  int
	PerClass []int // samples of each class

	// Problems are what should be mended, in the order of the samples; at most MaxProblems of them.
	Problems []Problem
	// Found is how many there are in all.
	Found int

	// Duplicates are samples whose picture, text, sound and class are another's, which costs room and nothing else where
	// both are on one side; what is on two sides is a problem.
	Duplicates int
}

// MaxProblems is how many problems a report names.
const MaxProblems = 1000

// Problem is something that is wrong with a sample, or with a class where Sample is -1.
type Problem struct {
	Sample int
	Name   string // the sample's, or the class's
	What   string
}

// String is a line.
func (p Problem) String() string {
	if p.Name == "" {
		return p.What
	}
	return p.Name + ": " + p.What
}

func (r *Report) add(sample int, name, format string, args ...any) {
	if r.Found++; len(r.Problems) < MaxProblems {
		r.Problems = append(r.Problems, Problem{sample, name, fmt.Sprintf(format, args...)})
	}
}

// Check decodes every sample and says what is wrong: those that can't be read or hold nothing, pictures without pixels,
// sounds that are silent, not finite or have no rate, classes out of range, classes that no sample has, or that only the
// test side has, and samples that are on two sides at once. Samples are decoded by several goroutines.
//
// progress, if not nil, is called with the number of samples that are done, by one goroutine. The error is that of ctx.
func Check(ctx context.Context, s *Samples, progress func(done int)) (*Report, error) {
	r := &Report{Samples: s.N, PerClass: make([]int, len(s.Classes))}
	sides := make([]map[string]bool, len(s.Classes))
	for i := range sides {
		sides[i] = map[string]bool{}
	}
	seen := map[[sha256.Size]byte]int{} // content, without its class, to the first sample that has it
	firsts := map[int]looked{}
	for i, l := range s.lookAtAll(ctx) {
		if progress != nil {
			progress(i + 1)
		}
		for _, what := range l.wrong {
			r.add(i, l.name, "%s", what)
		}
		if l.unread {
			continue
		}
		if l.class >= 0 && l.class < len(s.Classes) {
			r.PerClass[l.class]++
			sides[l.class][l.side] = true
		}
		if l.empty { // all of them are alike
			continue
		}
		first, ok := seen[l.content]
		if !ok {
			seen[l.content], firsts[i] = i, l
			continue
		}
		r.Duplicates++
		switch other := firsts[first]; {
		case other.side != l.side && other.side != "" && l.side != "":
			r.add(i, l.name, "is on the side %s, and the same content is on the side %s (%s)", l.side, other.side, other.name)
		case other.class != l.class:
			r.add(i, l.name, "is of the class %s, and the same content of the class %s (%s)",
				s.class(l.class), s.class(other.class), other.name)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.N == 0 {
		r.add(-1, "", "there are no samples")
	}
	if s.Problem != "" {
		r.add(-1, "", "%s", s.Problem)
	}
	for i, name := range s.Classes {
		switch {
		case r.PerClass[i] == 0:
			r.add(-1, "class "+name, "no sample is of this class")
		case sides[i]["test"] && !sides[i]["train"]:
			r.add(-1, "class "+name, "no training sample is of this class")
		}
	}
	if a, b := Alike(s.Classes); a != b {
		r.add(-1, fmt.Sprintf("class %q", b), "it differs from %q in white space alone", a)
	}
	if len(s.Classes) == 1 && s.N > 0 {
		r.add(-1, "class "+s.Classes[0], "all samples are of this class, so there is nothing to tell apart")
	}
	return r, nil
}

func (s *Samples) class(i int) string {
	if i < 0 || i >= len(s.Classes) {
		return "none"
	}
	return s.Classes[i]
}

// looked is what is kept of a sample that was looked at.
type looked struct {
	name, side string
	class      int
	unread     bool
	empty      bool
	wrong      []string
	content    [sha256.Size]byte
}

// lookAtAll decodes the samples, several at once, and yields them in order. It stops when ctx ends.
func (s *Samples) lookAtAll(ctx context.Context) func(yield func(int, looked) bool) {
	type job struct {
		i    int
		done chan looked
	}
	return func(yield func(int, looked) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var workers sync.WaitGroup
		defer workers.Wait()
		defer cancel()
		n := runtime.GOMAXPROCS(0)
		queue, work := make(chan job, 4*n), make(chan job)
		workers.Go(func() {
			defer close(queue)
			defer close(work)
			for i := range s.N {
				j := job{i, make(chan looked, 1)}
				for _, to := range []chan job{queue, work} {
					select {
					case to <- j:
					case <-ctx.Done():
						return
					}
				}
			}
		})
		for range n {
			workers.Go(func() {
				for j := range work {
					j.done <- s.look(ctx, j.i)
				}
			})
		}
		for j := range queue {
			select {
			case l := <-j.done:
				if !yield(j.i, l) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// look decodes a sample and says what is wrong with it alone.
func (s *Samples) look(ctx context.Context, i int) (l looked) {
	l.name = fmt.Sprintf("sample %d", i)
	sample, err := s.At(ctx, i)
	if sample.Name != "" {
		l.name = sample.Name
	}
	if err != nil {
		l.unread, l.wrong = true, []string{err.Error()}
		return l
	}
	l.side, l.class = sample.Side, sample.Class
	if sample.Class < -1 || sample.Class >= len(s.Classes) {
		l.wrong = append(l.wrong, fmt.Sprintf("its class is %d: expected 0 to %d", sample.Class, len(s.Classes)-1))
	}
	if sample.Image == nil && sample.Text == "" && sample.Audio == nil {
		l.empty, l.wrong = true, append(l.wrong, "it holds nothing: no picture, no text, no sound")
	}
	if err := sound(sample.Audio, sample.Rate); err != nil {
		l.wrong = append(l.wrong, err.Error())
	}
	l.content = digest(sample)
	return l
}

func sound(audio []float32, rate int) error {
	if audio == nil {
		return nil
	}
	if rate < 1 {
		return fmt.Errorf("its sound has a rate of %d Hz", rate)
	}
	silent := true
	for i, v := range audio {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("number %d of its sound is %v", i, v)
		}
		silent = silent && v == 0
	}
	if silent {
		return errors.New("its sound is silent")
	}
	return nil
}

// digest is a checksum of what a sample holds, without its class and name.
func digest(s Sample) (sum [sha256.Size]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d %d ", s.Text, len(s.Audio), s.Rate)
	_ = binary.Write(h, binary.LittleEndian, s.Audio)
	if s.Image != nil {
		hashImage(h, s.Image)
	}
	h.Sum(sum[:0])
	return sum
}

// hashImage writes a picture's size and colours, whatever it is stored as.
func hashImage(h hash.Hash, m image.Image) {
	b := m.Bounds()
	fmt.Fprintf(h, "%d %d ", b.Dx(), b.Dy())
	row := image.NewNRGBA(image.Rect(0, 0, b.Dx(), 1))
	for y := range b.Dy() {
		draw.Draw(row, row.Bounds(), m, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		h.Write(row.Pix)
	}
}

// Alike is the first two of names that differ in white space alone, which is a slip of the hand; or none.
func Alike(names []string) (a, b string) {
	seen := map[string]string{}
	for _, name := range names {
		words := strings.Join(strings.Fields(name), " ")
		if other, ok := seen[words]; ok {
			return other, name
		}
		seen[words] = name
	}
	return "", ""
}

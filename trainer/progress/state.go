package progress

import (
	"fmt"
	"math"
	"time"
)

// memory is how far back the shown speed looks, in seconds: steps that long ago weigh 1/e.
const memory = 10

// A state is what is known after a step.
type state struct {
	epoch, step int
	loss        float64
	at          time.Time

	steps, samples float64 // since the start of the run

	// The same, fading with time, and the time that they took.
	recentSteps, recentSamples, recentSeconds float64
}

func (s *state) add(now time.Time, epoch, step int, loss float64, samples int) {
	taken := float64(step - s.step)
	if s.steps == 0 || taken < 0 {
		taken = 1 // the first step may have any number
	}
	seconds := max(0, now.Sub(s.at).Seconds())
	s.epoch, s.step, s.loss, s.at = epoch, step, loss, now
	s.steps += taken
	s.samples += float64(samples)

	fade := math.Exp(-seconds / memory)
	s.recentSteps = s.recentSteps*fade + taken
	s.recentSamples = s.recentSamples*fade + float64(samples)
	s.recentSeconds = s.recentSeconds*fade + seconds
}

// A form is how many words a line takes.
type form int

const (
	full   form = iota // epoch 3/10 step 400/780 loss 0.1234 4567 samples/s ETA 1:02
	medium             // epoch 3/10 step 400/780 loss 0.1234 4567/s ETA 1:02
	short              // 3/10 400/780 0.1234 4567/s 1:02
)

// text is one line on the state.
func (s state) text(f form, total, epochs int) string {
	rate := perSecond(s.recentSamples, s.recentSeconds)
	eta := ""
	if total > 0 {
		left := float64(max(0, total-s.step)) * s.recentSeconds / s.recentSteps
		eta = clock(time.Duration(left * float64(time.Second)))
	}
	if f == short {
		line := fmt.Sprintf("%s %s %s %s/s", of(s.epoch, epochs), of(s.step, total), number(s.loss), rate)
		if eta != "" {
			line += " " + eta
		}
		return line
	}
	unit := " samples/s"
	if f == medium {
		unit = "/s"
	}
	line := s.place(total, epochs) + " " + rate + unit
	if eta != "" {
		line += " ETA " + eta
	}
	return line
}

// summary is the line at the end of the run.
func (s state) summary(took time.Duration, total, epochs int) string {
	return fmt.Sprintf("%s %s samples/s took %s", s.place(total, epochs), perSecond(s.samples, took.Seconds()), clock(took))
}

func (s state) place(total, epochs int) string {
	return fmt.Sprintf("epoch %s step %s loss %s", of(s.epoch, epochs), of(s.step, total), number(s.loss))
}

// of writes "3/10", or "3" if the whole is not known.
func of(n, whole int) string {
	if whole <= 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d/%d", n, whole)
}

// number writes four decimals where they say something, so that the line keeps its width from step to step.
func number(v float64) string {
	if size := math.Abs(v); size != 0 && (size < 1e-3 || size >= 1e4) {
		return fmt.Sprintf("%.3g", v)
	}
	return fmt.Sprintf("%.4f", v)
}

func perSecond(n, seconds float64) string {
	switch rate := n / seconds; {
	case seconds <= 0:
		return "-"
	case rate < 10:
		return fmt.Sprintf("%.1f", rate)
	default:
		return fmt.Sprintf("%.0f", rate)
	}
}

// clock writes 1:02 or 1:00:02.
func clock(d time.Duration) string {
	s := int(math.Round(d.Seconds()))
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

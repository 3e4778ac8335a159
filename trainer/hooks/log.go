package hooks

import (
	"context"
	"errors"
	"log/slog"

	"multitorch/trainer"
)

// Log tells a logger of a run: its beginning, epochs, validations and end, and in every so many steps the loss. Figures are
// attributes in groups: train.loss, test.accuracy.
type Log struct {
	Logger *slog.Logger // slog.Default() where it is nil
	Every  int          // so many steps; none where it is 0
}

// Name is "log".
func (l *Log) Name() string { return "log" }

func (l *Log) log(level slog.Level, text string, at trainer.Place, more ...slog.Attr) {
	logger := l.Logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.LogAttrs(context.Background(), level, text,
		append([]slog.Attr{slog.Int("epoch", at.Epoch), slog.Int("step", at.Step)}, more...)...)
}

// OnStart tells of the beginning.
func (l *Log) OnStart(s trainer.Start) error {
	text := "training began"
	if s.From.Step > 0 {
		text = "training goes on"
	}
	l.log(slog.LevelInfo, text, s.From, slog.Int("epochs", s.Epochs), slog.Int("steps", s.Steps))
	return nil
}

// OnStep tells of a step, if it is one of those.
func (l *Log) OnStep(s trainer.Step) error {
	if l.Every > 0 && s.Step%l.Every == 0 {
		l.log(slog.LevelInfo, "step", s.Place, slog.Float64("loss", s.Loss))
	}
	return nil
}

// OnValidate tells of a validation.
func (l *Log) OnValidate(v trainer.Validation) error {
	l.log(slog.LevelInfo, "validation", v.Place, attributes("test", v.Validate)...)
	return nil
}

// OnEpoch tells of an epoch.
func (l *Log) OnEpoch(e trainer.Epoch) error {
	l.log(slog.LevelInfo, "epoch", e.Place, append(attributes("train", e.Train), attributes("test", e.Validate)...)...)
	return nil
}

// OnEnd tells of the end: as an error where it is one, and as a warning where the run was interrupted.
func (l *Log) OnEnd(e trainer.End) error {
	var interrupted *trainer.InterruptedError
	switch {
	case e.Err == nil:
		l.log(slog.LevelInfo, "training is done", e.Place)
	case errors.As(e.Err, &interrupted):
		l.log(slog.LevelWarn, "training was interrupted", e.Place)
	default:
		l.log(slog.LevelError, "training failed", e.Place, slog.Any("error", e.Err))
	}
	return nil
}

func attributes(side string, e trainer.Evaluation) []slog.Attr {
	if e.Samples == 0 {
		return nil
	}
	values := []slog.Attr{slog.Float64("loss", e.Loss)}
	for _, m := range e.Metrics {
		values = append(values, slog.Float64(m.Name, m.Value))
	}
	return []slog.Attr{slog.GroupAttrs(side, values...)}
}

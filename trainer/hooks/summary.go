package hooks

import (
	"fmt"
	"io"

	"multitorch/nn"
	"multitorch/trainer"
)

// Summary writes the table of the model's modules when a run starts: see [nn.Summary].
type Summary struct {
	W       io.Writer
	Forward func() // runs the model once, so that the table has shapes; may be nil
}

// Name is "model summary".
func (s *Summary) Name() string { return "model summary" }

// OnStart writes.
func (s *Summary) OnStart(start trainer.Start) error {
	_, err := fmt.Fprintln(s.W, nn.Summary(start.Model, s.Forward))
	return err
}

package hooks

import (
	"fmt"
	stdimage "image"
	"path/filepath"

	"multitorch/multimodal/image"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/tensorboard"
)

// Sample is a row of a table of samples.
type Sample struct {
	Picture stdimage.Image // an *image.Image's Go(), for one
	Truth   string         // what is there; "" where nobody knows
	Said    string         // what the model says
}

// Samples draws some samples with what the model says of them after each epoch, as a sheet whose frames are green where that is
// the truth, red where it is not, and gray where nobody knows: into Dir as "samples-0003.png", after epoch 3, and into TensorBoard.
type Samples struct {
	Dir    string              // "" writes no files
	Writer *tensorboard.Writer // nil writes nothing to TensorBoard
	// Draw runs the model, which is in evaluation mode, without gradients, on the same few samples each time. The random numbers
	// of the run are as without it.
	Draw    func() ([]Sample, error)
	Every   int // epochs; 1 where it is 0
	Columns int // 8 where it is 0
	Side    int // pixels of a picture: 96 where it is 0

	model nn.Module
}

// Name is "samples".
func (s *Samples) Name() string { return "samples" }

// OnStart notes the model.
func (s *Samples) OnStart(start trainer.Start) error {
	s.model = start.Model
	return nil
}

// OnEpoch draws.
func (s *Samples) OnEpoch(e trainer.Epoch) (err error) {
	if !due(e.Epoch, s.Every) && !e.Last {
		return nil
	}
	var samples []Sample
	nn.Eval(s.model)
	torch.ForkRNG(func() {
		torch.NoGrad(func() {
			torch.Step(func() { samples, err = s.Draw() })
		})
	})
	if err != nil || len(samples) == 0 {
		return err
	}
	sheet, err := s.sheet(samples, fmt.Sprintf("epoch %d, step %d", e.Epoch, e.Step))
	if err != nil {
		return err
	}
	if s.Dir != "" {
		if err := sheet.Save(filepath.Join(s.Dir, fmt.Sprintf("samples-%04d.png", e.Epoch))); err != nil {
			return err
		}
	}
	if s.Writer != nil {
		return s.Writer.Image("samples", e.Step, sheet.Go())
	}
	return nil
}

func (s *Samples) sheet(samples []Sample, title string) (*image.Image, error) {
	green, red, gray := []uint8{30, 150, 60}, []uint8{210, 40, 40}, []uint8{130, 130, 130}
	cells := make([]image.Cell, len(samples))
	side := s.Side
	if side == 0 {
		side = 96
	}
	for i, sample := range samples {
		if sample.Picture == nil || sample.Picture.Bounds().Empty() {
			return nil, fmt.Errorf("sample %d has no picture", i)
		}
		colour, caption := gray, sample.Said
		switch {
		case sample.Truth == "":
		case sample.Truth == sample.Said:
			colour = green
		default:
			colour, caption = red, fmt.Sprintf("%s (%s)", sample.Said, sample.Truth)
		}
		cells[i] = image.Cell{Picture: framed(image.FromGo(sample.Picture), side, colour), Caption: caption}
	}
	return image.Sheet(cells, image.SheetConfig{Title: title, Columns: s.Columns, Side: side}), nil
}

// framed is a picture of a side's size with a frame.
func framed(m *image.Image, side int, colour []uint8) *image.Image {
	if longer := max(m.Height, m.Width); longer < side { // small ones by whole numbers, so that pixels stay sharp
		if times := side / longer; times > 1 {
			m = m.Resize(m.Height*times, m.Width*times, image.Nearest)
		}
	}
	return m.DrawBoxes(3, image.BoundingBox{Bottom: m.Height - 1, Right: m.Width - 1, Colour: colour})
}

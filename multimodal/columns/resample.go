package columns

import (
	"errors"
	"fmt"
	"sync"

	"multitorch/datasets/table"
	"multitorch/multimodal/audio"
	"multitorch/torch"
)

// resamplers are those that were needed, by the rates that they go from and to: a kernel takes time to compute.
var resamplers sync.Map // [2]int to *audio.Resample

// resampled brings a sound to another rate, as torchaudio's Resample does.
func resampled(samples []float32, from, to int) (out []float32, err error) {
	if from == to || len(samples) == 0 {
		return samples, nil
	}
	if from < 1000 || from > maxRate { // odd rates want large kernels
		return nil, fmt.Errorf("the sound has %d samples a second: expected 1000 to %d", from, maxRate)
	}
	err = torch.Try(func() error {
		kept, ok := resamplers.Load([2]int{from, to})
		if !ok {
			kept, _ = resamplers.LoadOrStore([2]int{from, to}, audio.NewResample(from, to, audio.ResampleOptions{}))
		}
		wave := torch.FromSlice(samples)
		defer wave.Free()
		there := kept.(*audio.Resample).Forward(wave)
		defer there.Free()
		out = torch.ToSlice[float32](there)
		return nil
	})
	return out, err
}

// Sound reads the sound that a cell names, or is, at a rate: the mean of its channels. Relative paths begin at base, as
// table.Table.File says.
func Sound(t *table.Table, row, column int, base string, rate int) ([]float32, error) {
	if t.Cell(row, column) == "" {
		return nil, errors.New("the cell is empty: expected a sound")
	}
	samples, from, err := t.OpenSound(row, column, base)
	if err != nil {
		return nil, err
	}
	return resampled(samples, from, rate)
}

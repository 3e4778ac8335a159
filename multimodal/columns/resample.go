package columns

import (
	"fmt"
	"sync"

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

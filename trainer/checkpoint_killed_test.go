package trainer_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"multitorch/internal/kills"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

// Whenever the writer is killed, the file is a whole checkpoint: the last one that it wrote, or the next.
func TestKilledCheckpoints(t *testing.T) {
	kills.Test(t, kills.Saver{
		Save: func(dir string, n int) error {
			return trainer.SaveCheckpoint(filepath.Join(dir, "c"), newNet(n), about{Step: n})
		},
		Check: func(dir string, n int) error {
			var got about
			state, err := trainer.LoadCheckpoint(filepath.Join(dir, "c"), &got)
			if err != nil {
				return err
			}
			loaded := newNet(0)
			if err := nn.LoadStateDict(loaded, state); err != nil {
				return err
			}
			for _, s := range nn.StateDict(loaded) {
				if got.Step != n || !torch.Equal(s.Tensor, torch.FullLike(s.Tensor, n)) {
					return fmt.Errorf("this is not the checkpoint of step %d; it says %d", n, got.Step)
				}
			}
			return nil
		},
		Files: func(string, int) ([]string, error) { return []string{"c"}, nil },
	})
}

package transformers

import (
	"fmt"
	"slices"
)

// The most that networks of stages may have, so that a damaged number is an error and takes no memory.
const (
	mostBlocks   = 1000
	mostChannels = 1 << 16
)

// checkStages checks the widths and the numbers of blocks of a network of stages.
func checkStages(hiddenSizes, depths []int) error {
	if len(depths) == 0 || len(depths) != len(hiddenSizes) {
		return fmt.Errorf("depths, hidden_sizes: expected a number for each stage, but got %d and %d", len(depths), len(hiddenSizes))
	}
	blocks := 0
	for _, d := range depths {
		if d < 1 || d > mostBlocks {
			return fmt.Errorf("depths: expected 1 to %d blocks, but got %d", mostBlocks, d)
		}
		blocks += d
	}
	if blocks > mostBlocks {
		return fmt.Errorf("depths: expected at most %d blocks, but got %d", mostBlocks, blocks)
	}
	if slices.Min(hiddenSizes) < 1 || slices.Max(hiddenSizes) > mostChannels {
		return fmt.Errorf("hidden_sizes: expected 1 to %d channels, but got %v", mostChannels, hiddenSizes)
	}
	return nil
}

// checkChannels checks a single number of channels.
func checkChannels(key string, n int) error {
	if n < 1 || n > mostChannels {
		return fmt.Errorf("%s: expected 1 to %d channels, but got %d", key, mostChannels, n)
	}
	return nil
}

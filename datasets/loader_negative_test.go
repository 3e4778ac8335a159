package datasets_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
)

type lessThanNothing struct{}

func (lessThanNothing) Len() int { return -1 }

func (lessThanNothing) Get(int) (int, error) { return 0, nil }

func TestDataSetOfNegativeLength(t *testing.T) {
	_, err := datasets.NewLoaderFunc[int](lessThanNothing{}, func(samples []int) ([]int, error) { return samples, nil })
	require.ErrorContains(t, err, "-1 samples; expected 0 at least")
}

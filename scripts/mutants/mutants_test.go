package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMutantsOfEveryKind(t *testing.T) {
	for _, k := range kinds("../../torch/testdata") {
		for _, good := range k.good {
			if k.name != "pickle" && k.name != "pt, zip's pickle" { // which name what their storages have elsewhere
				require.NoError(t, k.read(good), k.name)
			}
		}
		_, _, err := k.try(400, 7, time.Minute)
		require.NoError(t, err, k.name)
	}
}

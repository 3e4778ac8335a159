package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The test binary is also the child that reads mutants.
func TestMain(m *testing.M) {
	if (job{}).isChild() {
		job{}.child()
	}
	os.Exit(m.Run())
}

func TestMutantsOfEveryKind(t *testing.T) {
	for _, k := range kinds("../../torch", t.TempDir()) {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			said, err := job{Data: "../../torch", Kind: k.name, N: 200, Seed: 7, Limit: time.Minute}.run()
			require.NoError(t, err)
			t.Log(said)
		})
	}
}

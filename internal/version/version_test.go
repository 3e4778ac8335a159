package version_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/version"
)

func TestAtLeast(t *testing.T) {
	for v, want := range map[string]bool{
		"1.13.0":         false,
		"1.99.0":         false,
		"2.6.0":          false,
		"2.11.1+cpu":     false,
		"2.12.0":         true,
		"2.12.0a0+git12": true,
		"2.14":           true,
		"2.15.0+cu130":   true,
		"3.0.0":          true,
		"10.0.0":         true,
		"":               false,
		"2":              false,
		"two.twelve":     false,
		"2.x.0":          false,
	} {
		require.Equal(t, want, version.AtLeast(v, 2, 12), "%q", v)
	}
}

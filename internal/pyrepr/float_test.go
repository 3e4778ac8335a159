package pyrepr_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/pyrepr"
)

func TestFloat(t *testing.T) {
	for want, v := range map[string]float64{
		"0.0": 0, "-0.0": math.Copysign(0, -1), "1.0": 1, "0.1": 0.1, "0.0001": 1e-4, "1e-05": 1e-5, "1.5e-08": 1.5e-8, "1000000.0": 1e6,
		"9999999999999998.0": 9999999999999998, "1e+16": 1e16, "-1e+100": -1e100, "1.7976931348623157e+308": math.MaxFloat64,
		"5e-324": math.SmallestNonzeroFloat64, "inf": math.Inf(1), "-inf": math.Inf(-1), "nan": math.NaN(),
	} {
		require.Equal(t, want, pyrepr.Float(v))
	}
}

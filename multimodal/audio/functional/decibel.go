package functional

import (
	"math"

	"multitorch/libm"
	"multitorch/torch"
)

// AmplitudeToDB is torchaudio's amplitude_to_DB: multiplier·(log10(max(x, amin)) - dbMultiplier), where the multiplier is 10
// for power and 20 for magnitudes. topDB, if not 0, is how far below the largest of each [channel, freq, time] values may
// lie; torchaudio has none by default.
func AmplitudeToDB(x *torch.Tensor, multiplier, amin, dbMultiplier, topDB float64) *torch.Tensor {
	db := x.Clamp(amin, nil).Log10().MulInplace(multiplier)
	if dbMultiplier != 0 {
		db = db.SubInplace(multiplier * dbMultiplier)
	}
	if topDB == 0 {
		return db
	}
	if topDB < 0 {
		panic(invalid("amplitude_to_DB", "top_db must not be negative, but got %v", topDB))
	}
	shape := db.Shape()
	dims := min(3, len(shape))
	if dims == 0 {
		return db
	}
	db = db.Reshape(append(torch.Shape{-1}, shape[len(shape)-dims:]...)...)
	along := make([]int, dims)
	for i := range along {
		along[i] = -1 - i
	}
	floor := db.Amax(append(along, torch.KeepDim)...).Sub(topDB)
	return db.Maximum(floor).Reshape(shape...)
}

// PowerToDB is librosa's: 10·log10(max(x, amin) / max(ref, amin)), floored at topDB below the largest of all values, if
// topDB is not 0. librosa's defaults are ref 1, amin 1e-10 and topDB 80; a ref of 0 is the largest value of x.
func PowerToDB(x *torch.Tensor, ref, amin, topDB float64) *torch.Tensor {
	if !(amin > 0) || topDB < 0 || ref < 0 {
		panic(invalid("power_to_db", "expected amin > 0 and ref and top_db at least 0, but got %v, %v and %v", amin, ref, topDB))
	}
	db := x.Clamp(amin, nil).Log10().MulInplace(10)
	if ref == 0 {
		db = db.Sub(x.Max().Clamp(amin, nil).Log10().Mul(10))
	} else if shift := 10 * libm.Log10(math.Max(amin, ref)); shift != 0 {
		db = db.Sub(shift)
	}
	if topDB == 0 {
		return db
	}
	return db.Maximum(db.Max().Sub(topDB))
}

// MagnitudeToDB is librosa's amplitude_to_db: [PowerToDB] of the squares. Its default amin is 1e-5.
func MagnitudeToDB(x *torch.Tensor, ref, amin, topDB float64) *torch.Tensor {
	return PowerToDB(x.Abs().Square(), ref*ref, amin*amin, topDB)
}

// DBToPower is ref·10^(x/10), librosa's db_to_power.
func DBToPower(x *torch.Tensor, ref float64) *torch.Tensor { return x.Mul(0.1).RPow(10).Mul(ref) }

// DBToAmplitude is ref·10^(x/20), librosa's db_to_amplitude.
func DBToAmplitude(x *torch.Tensor, ref float64) *torch.Tensor { return x.Mul(0.05).RPow(10).Mul(ref) }

package torch

import (
	"runtime/pprof"
	"sync/atomic"
)

// TensorProfile is the name of the pprof profile of live tensors.
const TensorProfile = "multitorch.tensors"

var (
	profiling     atomic.Bool
	tensorProfile = pprof.NewProfile(TensorProfile)
)

// ProfileTensors starts or stops noting the stack that makes each tensor. The
// live ones among those noted are a pprof profile, to be written or served as
// any other:
//
//	torch.ProfileTensors(true)
//	…
//	pprof.Lookup(torch.TensorProfile).WriteTo(os.Stdout, 1)
//
// Noting a stack costs more than most operators, so it is off by default.
func ProfileTensors(on bool) { profiling.Store(on) }

var notes atomic.Uint64

// profileNew notes the stack of a tensor that is being made, and returns the
// note, which the profile holds in the tensor's stead: it must not keep the
// tensor itself from the collector. 0 when nothing is noted.
func profileNew() uint64 {
	if !profiling.Load() {
		return 0
	}
	note := notes.Add(1)
	tensorProfile.Add(note, 3) // without profileNew, newTensor and do
	return note
}

func profileFreed(note uint64) {
	if note != 0 {
		tensorProfile.Remove(note)
	}
}

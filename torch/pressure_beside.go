package torch

import "sync/atomic"

// Native memory that no tensor holds presses on Go's collector too: parts of files that
// are mapped, whose pages are the process's own once they are written to; TorchScript
// programs; generators. Each of these is counted as long as it lives.
var (
	besideBytes atomic.Int64
	beside      = gauge{limit: firstLimit, held: besideBytes.Load}
)

// holdBeside counts bytes, until they are given to letBesideGo.
func holdBeside(bytes int64) {
	besideBytes.Add(bytes)
	beside.check()
	pressure.check() // what it holds as tensors has no Tensor that would ask
}

func letBesideGo(bytes int64) { besideBytes.Add(-bytes) }

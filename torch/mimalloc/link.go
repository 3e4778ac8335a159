//go:build !nomimalloc

package mimalloc

// #cgo LDFLAGS: -Wl,--no-as-needed -lmimalloc -Wl,--as-needed
import "C"

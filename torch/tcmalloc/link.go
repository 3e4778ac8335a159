//go:build !notcmalloc

package tcmalloc

// #cgo LDFLAGS: -Wl,--no-as-needed -ltcmalloc_minimal -Wl,--as-needed
import "C"

// Package goroutine tells goroutines apart, for what PyTorch keeps per thread and a
// Go program means per goroutine. (It is a package of its own because one with cgo
// can have no Go assembly.)
package goroutine

// Package pixels has the few loops over pixels in C that decide how fast pictures are read and scaled: a compiler for C
// vectorises them, and Go's does not. They compute with integers, so there is one result. This package checks every length
// before it calls them.
package pixels

// #cgo CFLAGS: -O3 -Wall -Wno-psabi
// #include "kernels.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// check panics where memory would be read or written that is not there: a mistake of this project.
func check(ok bool, what string) {
	if !ok {
		panic(fmt.Sprintf("pixels: %s: lengths do not fit", what))
	}
}

// InverseDCT turns n neighbouring blocks of 64 coefficients into samples, as libjpeg does by default.
func InverseDCT(blocks []int16, quant *[64]int32, n int, out []uint8, stride int) {
	if n == 0 {
		return
	}
	check(n > 0 && len(blocks) >= 64*n && stride >= 8*n && len(out) >= 7*stride+8*n, "InverseDCT")
	C.mt_inverse_dct((*C.int16_t)(unsafe.SliceData(blocks)), (*C.int32_t)(&quant[0]), C.int64_t(n),
		(*C.uint8_t)(unsafe.SliceData(out)), C.int64_t(stride))
}

// Plane is samples in rows.
type Plane struct {
	Pix           []uint8
	Stride        int
	Width, Height int
}

func (p Plane) fits() bool {
	return p.Width > 0 && p.Height > 0 && p.Stride >= p.Width && len(p.Pix) >= (p.Height-1)*p.Stride+p.Width
}

// YCCToRGB makes RGB, three bytes a pixel without gaps, of luma and two differences of colour, with a part of its width and
// height: 1 and 1, 2 and 1 or 2 and 2.
func YCCToRGB(luma, cb, cr Plane, across, down int, out []uint8) {
	w, h := luma.Width, luma.Height
	check(luma.fits() && cb.fits() && cr.fits() && cb.Stride == cr.Stride && cb.Width == cr.Width && cb.Height == cr.Height &&
		(across == 2 && (down == 1 || down == 2) || across == 1 && down == 1) &&
		cb.Width == (w+across-1)/across && cb.Height == (h+down-1)/down && len(out) >= 3*w*h, "YCCToRGB")
	scratch := make([]uint8, 9*((w+127)/64*64))
	briefly(h, w, func(from, to C.int64_t) {
		C.mt_ycc_to_rgb((*C.uint8_t)(unsafe.SliceData(luma.Pix)), C.int64_t(luma.Stride), (*C.uint8_t)(unsafe.SliceData(cb.Pix)),
			(*C.uint8_t)(unsafe.SliceData(cr.Pix)), C.int64_t(cb.Stride), C.int64_t(cb.Width), C.int64_t(cb.Height), C.int64_t(across),
			C.int64_t(down), C.int64_t(w), from, to, (*C.uint8_t)(unsafe.SliceData(out)), (*C.uint8_t)(unsafe.SliceData(scratch)))
	})
}

// Unfilter undoes PNG's filters of lines of width pixels, each of which is a byte that names its filter and the pixels'
// bytes, and writes them to their place in out: line y and those after it. It is false where there is no such filter.
func Unfilter(lines []uint8, width, channels int, out []uint8, y int) bool {
	n := width * channels
	rows := len(lines) / (n + 1)
	check(width > 0 && channels >= 1 && channels <= 4 && rows > 0 && len(lines) == rows*(n+1) && y >= 0 && len(out) >= (y+rows)*n,
		"Unfilter")
	above := make([]uint8, n) // the first line's
	if y > 0 {
		above = out[(y-1)*n : y*n]
	}
	good := true
	briefly(rows, 2*n, func(from, to C.int64_t) {
		good = good && C.mt_unfilter((*C.uint8_t)(unsafe.SliceData(lines)), C.int64_t(n), C.int64_t(channels), from, to,
			(*C.uint8_t)(unsafe.SliceData(above)), (*C.uint8_t)(unsafe.SliceData(out[y*n:]))) != 0
	})
	return good
}

// Taps say what each of a number of pixels is made of: Count weights, times 2^22, of neighbouring pixels from First on.
// Weights has Size places for each pixel.
type Taps struct {
	First, Count, Weights []int32
	Size                  int
}

// fits reports whether all pixels are among n.
func (t Taps) fits(n int) bool {
	if len(t.First) == 0 || len(t.Count) != len(t.First) || len(t.Weights) < t.Size*len(t.First) {
		return false
	}
	for i, first := range t.First {
		if first < 0 || t.Count[i] < 0 || int(t.Count[i]) > t.Size || int(first)+int(t.Count[i]) > n {
			return false
		}
	}
	return true
}

// ResizeRows scales rows of width pixels along themselves.
func ResizeRows(in []uint8, width, channels, rows int, out []uint8, t Taps) {
	n := width * channels
	check(channels >= 1 && channels <= 4 && rows > 0 && n > 0 && t.fits(width) && len(in) >= n*rows &&
		len(out) >= len(t.First)*channels*rows, "ResizeRows")
	// C reads 8 bytes at once, so up to 5 behind a pixel.
	const more = 16
	copied := n * (rows - 1)
	if n < more {
		copied = 0 // the rows before are too short to be behind each other's pixels
	}
	last := append(make([]uint8, 0, n*rows-copied+more), in[copied:n*rows]...)
	if last = last[:cap(last)]; n < more {
		in, last = last, last[n*(rows-1):]
	}
	packed := make([]int32, len(t.First)*(t.Size+1))
	C.mt_pack(int32s(t.Count), int32s(t.Weights), C.int64_t(len(t.First)), C.int64_t(t.Size), int32s(packed))
	briefly(rows, len(t.First)*t.Size, func(from, to C.int64_t) {
		C.mt_resize_rows((*C.uint8_t)(unsafe.SliceData(in)), (*C.uint8_t)(unsafe.SliceData(last)), C.int64_t(n), C.int64_t(rows),
			from, to, C.int64_t(channels), (*C.uint8_t)(unsafe.SliceData(out)), int32s(t.First), int32s(t.Count), int32s(t.Weights),
			int32s(packed), C.int64_t(len(t.First)), C.int64_t(t.Size))
	})
}

// ResizeColumns scales columns of rows that are n bytes wide.
func ResizeColumns(in []uint8, n int, out []uint8, t Taps) {
	check(n > 0 && t.fits(len(in)/n) && len(out) >= n*len(t.First), "ResizeColumns")
	briefly(len(t.First), n*t.Size/4, func(from, to C.int64_t) {
		C.mt_resize_columns((*C.uint8_t)(unsafe.SliceData(in)), C.int64_t(n), (*C.uint8_t)(unsafe.SliceData(out)),
			int32s(t.First), int32s(t.Count), int32s(t.Weights), from, to, C.int64_t(t.Size))
	})
}

// briefly has rows computed a few at a time, where each takes about so many nanoseconds. From a goroutine whose call to C
// takes more than some 20 µs Go's scheduler takes the processor away when none is free, and what follows, a thread that is
// woken, and another one that waits for it, takes as long as the call.
func briefly(rows, nanoseconds int, call func(from, to C.int64_t)) {
	const most = 10_000
	step := max(2, most/max(nanoseconds, 1)/2*2) // even, for rows are computed by twos
	for from := 0; from < rows; from += step {
		call(C.int64_t(from), C.int64_t(min(from+step, rows)))
	}
}

func int32s(s []int32) *C.int32_t { return (*C.int32_t)(unsafe.SliceData(s)) }

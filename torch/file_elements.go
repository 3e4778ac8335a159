package torch

import (
	"io"
	"unsafe"
)

// pieceBytes is how much of a tensor is copied at once where its memory can't be
// written to a file as it is.
const pieceBytes = 4 << 20

// writeElements writes the elements row by row: those of a contiguous tensor on the
// CPU out of its own memory, of any other in pieces, so that a second copy of it is
// nowhere. Where swap is set the bytes of each number are turned round.
func (t *Tensor) writeElements(w io.Writer, swap bool) error {
	return t.eachPiece(swap, func(elements []byte) error {
		_, err := w.Write(elements)
		return err
	})
}

// eachPiece calls f with the elements, one piece after the other, which f must
// neither change nor keep.
func (t *Tensor) eachPiece(swap bool, f func(elements []byte) error) (err error) {
	var direct bool
	var plain *Tensor
	if err := Try(func() error {
		info := t.info("save")
		direct = t.Device() == CPU && info.HasStorage != 0 && info.IsContiguous != 0 && !t.isLazy() && !swap
		plain = t.Detach()
		return nil
	}); err != nil {
		return err
	}
	defer plain.Free()
	if direct {
		return plain.withMemory(f)
	}
	var piece []byte
	copied := func(part *Tensor) error {
		if err := Try(func() error { part.copyTo(piece[:part.bytes()]); return nil }); err != nil {
			return err
		}
		if swap {
			swapBytes(piece[:part.bytes()], t.DType())
		}
		return f(piece[:part.bytes()])
	}
	// The memory is libtorch's: where there is none left, that is an error.
	var buffer *Tensor
	if err := Try(func() error {
		buffer = Empty(Shape{int(min(plain.bytes(), pieceBytes))}, Uint8)
		return nil
	}); err != nil {
		return err
	}
	defer buffer.Free()
	return buffer.withMemory(func(memory []byte) error {
		piece = memory
		return plain.divide(copied)
	})
}

// divide calls f with parts of a tensor that are no larger than a piece.
func (t *Tensor) divide(f func(part *Tensor) error) error {
	if t.bytes() <= pieceBytes {
		return f(t)
	}
	rows := t.Size(0)
	step := max(1, int(pieceBytes/(t.bytes()/int64(rows))))
	for at := 0; at < rows; at += step {
		var part *Tensor
		if err := Try(func() error {
			part = t.Narrow(0, at, min(step, rows-at))
			if step == 1 {
				row := part
				part = row.Select(0, 0)
				row.Free()
			}
			return nil
		}); err != nil {
			return err
		}
		err := part.divide(f)
		part.Free()
		if err != nil {
			return err
		}
	}
	return nil
}

// bytes is what the elements take when they are written.
func (t *Tensor) bytes() int64 {
	info := t.info("save")
	return info.Numel * int64(info.ItemSize)
}

// isLazy reports whether the memory holds something else than the elements: a
// conjugation or a negation is pending, or there is no memory for all those zeros.
func (t *Tensor) isLazy() bool {
	if doValue(opIsNeg, t).(bool) || doValue(opIsZeroTensor, t).(bool) {
		return true
	}
	return t.DType().IsComplex() && doValue(opIsConj, t).(bool)
}

// withMemory calls f with the memory of a contiguous CPU tensor, which f may change.
func (t *Tensor) withMemory(f func(elements []byte) error) error {
	info := t.info("memory")
	data, err := t.acquire("memory").DataPtr()
	defer t.release()
	if err != nil {
		return err
	}
	if info.Numel == 0 {
		return f(nil)
	}
	return f(unsafe.Slice((*byte)(data), info.Numel*int64(info.ItemSize)))
}

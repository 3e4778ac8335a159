package tensorboard

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
)

// MaxRecord is the longest record that Read accepts, in bytes.
const MaxRecord = 256 << 20

// A TruncatedError says that the file ends in the middle of a record: it is still being written, or its writer died.
// All events before it are good.
type TruncatedError struct {
	Offset int64 // where the unfinished record begins, in bytes
}

func (e *TruncatedError) Error() string {
	return fmt.Sprintf("tensorboard: the file ends inside the record at byte %d; it is still being written, or its writer died",
		e.Offset)
}

// A CorruptError says that the bytes of a record are not what was written, or never were an event.
type CorruptError struct {
	Offset int64 // where the bad record begins, in bytes
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("tensorboard: the record at byte %d is damaged: %s", e.Offset, e.Reason)
}

// Read yields the events of one event file in order. After an error, which comes with a zero Event, it yields no more:
// a *TruncatedError for an unfinished record at the end, a *CorruptError for a wrong checksum, a length above MaxRecord
// or data that is no event, and otherwise what r returned. A file of no bytes has no events.
func Read(r io.Reader) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		br := bufio.NewReader(r)
		for offset := int64(0); ; {
			data, err := readRecord(br, offset)
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
			event, err := decodeEvent(data)
			if err != nil {
				yield(Event{}, &CorruptError{offset, err.Error()})
				return
			}
			if !yield(event, nil) {
				return
			}
			offset += headerSize + int64(len(data)) + footerSize
		}
	}
}

// readRecord returns the data of the record that begins at offset, or io.EOF where the file ends.
func readRecord(r io.Reader, offset int64) ([]byte, error) {
	var header [headerSize]byte
	switch _, err := io.ReadFull(r, header[:]); {
	case err == io.EOF:
		return nil, err
	case err != nil:
		return nil, readError(err, offset)
	}
	if binary.LittleEndian.Uint32(header[8:]) != maskedCRC(header[:8]) {
		return nil, &CorruptError{offset, "the checksum of its length is wrong"}
	}
	size := binary.LittleEndian.Uint64(header[:8])
	if size > MaxRecord {
		return nil, &CorruptError{offset, fmt.Sprintf("expected at most %d bytes, its length says %d", MaxRecord, size)}
	}
	var body bytes.Buffer // it grows with what is there, not with what the length claims
	if _, err := io.CopyN(&body, r, int64(size)+footerSize); err != nil {
		return nil, readError(err, offset)
	}
	data, footer := body.Bytes()[:size], body.Bytes()[size:]
	if binary.LittleEndian.Uint32(footer) != maskedCRC(data) {
		return nil, &CorruptError{offset, "the checksum of its data is wrong"}
	}
	return data, nil
}

func readError(err error, offset int64) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return &TruncatedError{offset}
	}
	return fmt.Errorf("tensorboard: read the record at byte %d: %w", offset, err)
}

package table

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// checkFooter looks whether a file ends as it should: with the length of its description, and PAR1.
func checkFooter(from io.ReaderAt, size int64) error {
	const magic = "PAR1"
	var begin, end [8]byte
	if size < 12 {
		return errors.New("expected a Parquet file, which begins and ends with PAR1")
	}
	for at, into := range map[int64][]byte{0: begin[:4], size - 8: end[:]} {
		if _, err := from.ReadAt(into, at); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	if string(begin[:4]) != magic || string(end[4:]) != magic {
		return errors.New("expected a Parquet file, which begins and ends with PAR1")
	}
	if n := int64(binary.LittleEndian.Uint32(end[:4])); n > size-12 {
		return fmt.Errorf("the Parquet file is damaged: its description is said to have %d of its %d bytes", n, size)
	}
	return nil
}

// checkPages goes over all pages of a file before the reader does, which believes what pages say of their size and takes the
// memory for it, and unpacks whatever comes out. Each page must unpack to the size that it says, all of them to MaxBytes at
// most, and hold no more values than its group has rows.
func checkPages(from io.ReaderAt, size int64, meta *format.FileMetaData) error {
	budget := int64(MaxBytes)
	for g, group := range meta.RowGroups {
		if group.NumRows == 0 {
			continue
		}
		for _, chunk := range group.Columns {
			m := &chunk.MetaData
			name := fmt.Sprintf("column %.80q of row group %d", m.PathInSchema, g)
			if m.NumValues != group.NumRows {
				return fmt.Errorf("%s has %d values, but the group has %d rows", name, m.NumValues, group.NumRows)
			}
			start := m.DataPageOffset
			if m.DictionaryPageOffset > 0 {
				start = min(start, m.DictionaryPageOffset)
			}
			if start < 4 || m.TotalCompressedSize < 0 || start > size-m.TotalCompressedSize {
				return fmt.Errorf("%s is said to lie outside of the file", name)
			}
			content := make([]byte, m.TotalCompressedSize)
			if _, err := from.ReadAt(content, start); err != nil && !errors.Is(err, io.EOF) {
				return fmt.Errorf("%s: %w", name, err)
			}
			if err := checkChunk(content, m, &budget); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func checkChunk(content []byte, m *format.ColumnMetaData, budget *int64) error {
	values := int64(0)
	for len(content) > 0 {
		var protocol thrift.CompactProtocol
		reader := protocol.NewReaderFromBytes(content)
		var header format.PageHeader
		if err := thrift.NewDecoder(reader).Decode(&header); err != nil {
			return fmt.Errorf("the header of a page: %w", err)
		}
		content = content[min(reader.BytesRead(), len(content)):]
		packed, unpacked := int64(header.CompressedPageSize), int64(header.UncompressedPageSize)
		if packed < 0 || unpacked < 0 || packed > int64(len(content)) {
			return fmt.Errorf("a page is said to have %d bytes, but %d are left", packed, len(content))
		}
		page := content[:packed]
		content = content[packed:]
		if *budget -= unpacked; *budget < 0 {
			return fmt.Errorf("the file unpacks to more than %d bytes", int64(MaxBytes))
		}
		codec := m.Codec
		n := int64(0)
		switch {
		case header.DataPageHeader.Valid:
			n = int64(header.DataPageHeader.V.NumValues)
			values += n
		case header.DataPageHeaderV2.Valid:
			h := header.DataPageHeaderV2.V
			n = int64(h.NumValues)
			values += n
			levels := int64(h.DefinitionLevelsByteLength) + int64(h.RepetitionLevelsByteLength)
			if h.DefinitionLevelsByteLength < 0 || h.RepetitionLevelsByteLength < 0 || levels > packed || levels > unpacked {
				return errors.New("the levels of a page are said to be longer than it is")
			}
			if h.IsCompressed.Valid && !h.IsCompressed.V {
				codec = format.Uncompressed
			}
			page, unpacked = page[levels:], unpacked-levels
		case header.DictionaryPageHeader.Valid:
			n = int64(header.DictionaryPageHeader.V.NumValues)
		default:
			return errors.New("a page is of no known kind")
		}
		if n < 0 || n > m.NumValues || values > m.NumValues {
			return fmt.Errorf("a page is said to have %d values, and the column %d", n, m.NumValues)
		}
		if err := checkPage(page, unpacked, codec); err != nil {
			return err
		}
	}
	return nil
}

// checkPage unpacks a page, a piece at a time, and compares its size.
func checkPage(page []byte, unpacked int64, codec format.CompressionCodec) error {
	size := int64(0)
	var r io.Reader
	var err error
	switch codec {
	case format.Uncompressed:
		size = int64(len(page))
	case format.Snappy:
		n, err := snappy.DecodedLen(page)
		if err != nil {
			return fmt.Errorf("a page is damaged: %w", err)
		}
		size = int64(n)
	case format.Gzip:
		r, err = gzip.NewReader(bytes.NewReader(page))
	case format.Brotli:
		r = brotli.NewReader(bytes.NewReader(page))
	case format.Zstd:
		var d *zstd.Decoder
		if d, err = zstd.NewReader(bytes.NewReader(page), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(64<<20)); err == nil {
			defer d.Close()
			r = d
		}
	default:
		return fmt.Errorf("its compression is %s: expected none, snappy, gzip, brotli or zstd", codec)
	}
	if err == nil && r != nil {
		size, err = io.Copy(io.Discard, io.LimitReader(r, unpacked+1))
	}
	if err != nil {
		return fmt.Errorf("a page is damaged: %w", err)
	}
	if size != unpacked {
		return fmt.Errorf("a page is said to unpack to %d bytes, and unpacks to %d or more", unpacked, size)
	}
	return nil
}

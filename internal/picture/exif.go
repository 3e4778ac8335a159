package picture

import (
	"bytes"
	"encoding/binary"
)

// orientation is how a camera has noted that a picture is to be turned, 1 to 8; 0 where there is no note or none that can
// be read, for a picture is none the worse for it.
func orientation(encoded []byte) int {
	switch {
	case bytes.HasPrefix(encoded, []byte{0xff, 0xd8}):
		return tiffOrientation(jpegExif(encoded[2:]))
	case bytes.HasPrefix(encoded, []byte("\x89PNG\r\n\x1a\n")):
		return tiffOrientation(pngExif(encoded[8:]))
	case len(encoded) > 12 && string(encoded[:4])+string(encoded[8:12]) == "RIFFWEBP":
		return tiffOrientation(webpExif(encoded[12:]))
	}
	return tiffOrientation(encoded)
}

const exifMark = "Exif\x00\x00"

// jpegExif finds the segment APP1 before the first scan.
func jpegExif(b []byte) []byte {
	for len(b) >= 4 && b[0] == 0xff {
		marker := b[1]
		if marker == 0xff { // fill bytes
			b = b[1:]
			continue
		}
		n := 2 + int(binary.BigEndian.Uint16(b[2:]))
		if marker == 0xda || marker == 0xd9 || n < 4 || n > len(b) {
			return nil
		}
		if content := b[4:n]; marker == 0xe1 && bytes.HasPrefix(content, []byte(exifMark)) {
			return content[len(exifMark):]
		}
		b = b[n:]
	}
	return nil
}

func pngExif(b []byte) []byte {
	for len(b) >= 12 {
		n := int(binary.BigEndian.Uint32(b))
		if n > len(b)-12 {
			return nil
		}
		if string(b[4:8]) == "eXIf" {
			return b[8 : 8+n]
		}
		b = b[12+n:]
	}
	return nil
}

func webpExif(b []byte) []byte {
	for len(b) > 0 {
		c, rest, err := nextChunk(b)
		if err != nil {
			return nil
		}
		if c.name == "EXIF" {
			return bytes.TrimPrefix(c.content, []byte(exifMark))
		}
		b = rest
	}
	return nil
}

// tiffOrientation looks for the tag in the first directory of a TIFF, which is EXIF's form too.
func tiffOrientation(b []byte) int {
	const tag, short, long = 0x0112, 3, 4
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(b) < 8:
		return 0
	case string(b[:4]) == "MM\x00*":
		order = binary.BigEndian
	case string(b[:4]) != "II*\x00":
		return 0
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 0
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == tag {
			v := 0
			switch order.Uint16(entries[2:]) {
			case short:
				v = int(order.Uint16(entries[8:]))
			case long:
				v = int(order.Uint32(entries[8:]))
			}
			if v < 1 || v > 8 {
				return 0
			}
			return v
		}
		entries = entries[12:]
	}
	return 0
}

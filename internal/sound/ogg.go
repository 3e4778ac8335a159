package sound

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// oggPackets takes an Ogg stream (RFC 3533) apart into packets. There may be one logical stream in it.
type oggPackets struct {
	r        *bufio.Reader
	pages    int
	serial   uint32
	last     bool     // the page read last says that it is the last
	granule  int64    // frames up to the end of the last packet that ends on the page read last
	complete [][]byte // packets that are not handed out yet
	rest     []byte   // the beginning of a packet that goes on
}

// maxPacket is the most that a packet may have; a setup header has some kilobytes.
const maxPacket = 1 << 20

// next gives a packet, and whether it is the last that ends on its page. The end of the stream is io.EOF.
func (o *oggPackets) next() (packet []byte, endsPage bool, err error) {
	for len(o.complete) == 0 {
		if o.last {
			return nil, false, o.trailing()
		}
		if err := o.page(); err != nil {
			return nil, false, err
		}
	}
	packet = o.complete[0]
	o.complete = o.complete[1:]
	return packet, len(o.complete) == 0, nil
}

// trailing looks at what follows the last page.
func (o *oggPackets) trailing() error {
	if next, _ := o.r.Peek(4); string(next) == "OggS" {
		return errors.New("the Ogg file has several streams one after the other; take it apart, or convert it to WAV")
	}
	return io.EOF
}

func (o *oggPackets) page() error {
	var h [27]byte
	if _, err := io.ReadFull(o.r, h[:]); err != nil {
		return oggEnd(err)
	}
	if string(h[:4]) != "OggS" || h[4] != 0 {
		return fmt.Errorf("the Ogg file is damaged: page %d does not begin with OggS; copy it again", o.pages)
	}
	content := make([]byte, int(h[26]))
	if _, err := io.ReadFull(o.r, content); err != nil {
		return oggEnd(err)
	}
	lacing, size := content, 0
	for _, n := range lacing {
		size += int(n)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(o.r, body); err != nil {
		return oggEnd(err)
	}
	le := binary.LittleEndian
	want := le.Uint32(h[22:])
	copy(h[22:26], []byte{0, 0, 0, 0})
	if oggSum(oggSum(oggSum(0, h[:]), lacing), body) != want {
		return fmt.Errorf("the Ogg file is damaged: page %d has another checksum than it says; copy it again", o.pages)
	}
	serial, number, flags := le.Uint32(h[14:]), le.Uint32(h[18:]), h[5]
	switch {
	case o.pages == 0:
		o.serial = serial
	case serial != o.serial:
		return errors.New("the Ogg file has several streams at once, such as a video; take the sound out of it first")
	case number != uint32(o.pages):
		return fmt.Errorf("the Ogg file lacks pages: number %d follows %d; copy it again", number, o.pages-1)
	}
	if continues := flags&1 != 0; continues != (o.rest != nil) {
		return fmt.Errorf("the Ogg file is damaged: page %d does not go on where the page before ended", o.pages)
	}
	o.pages++
	o.last = flags&4 != 0
	o.granule = int64(le.Uint64(h[6:]))
	return o.split(lacing, body)
}

// split cuts a page's contents into packets: a piece of less than 255 bytes ends one.
func (o *oggPackets) split(lacing, body []byte) error {
	packet := o.rest
	open := o.rest != nil
	for _, n := range lacing {
		packet = append(packet, body[:n]...)
		body = body[n:]
		open = true
		if len(packet) > maxPacket {
			return fmt.Errorf("the Ogg file has a packet of more than %d bytes", maxPacket)
		}
		if n < 255 {
			o.complete = append(o.complete, packet)
			packet, open = nil, false
		}
	}
	o.rest = nil
	if open {
		o.rest = packet
		if o.rest == nil {
			o.rest = []byte{}
		}
	}
	return nil
}

func oggEnd(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("the Ogg file ends without its last page: %w", ErrTruncated)
	}
	return err
}

// oggSum is the checksum of Ogg's pages: CRC-32 of the polynomial 0x04c11db7, not reflected.
func oggSum(sum uint32, b []byte) uint32 {
	for _, v := range b {
		sum = sum<<8 ^ oggTable[byte(sum>>24)^v]
	}
	return sum
}

var oggTable = func() (table [256]uint32) {
	for i := range table {
		r := uint32(i) << 24
		for range 8 {
			r = r<<1 ^ r>>31*0x04c11db7
		}
		table[i] = r
	}
	return table
}()

// openOgg opens an Ogg file whose first packet is Vorbis'.
func openOgg(r io.Reader) (source, error) {
	o := &oggPackets{r: bufio.NewReader(r)}
	first, _, err := o.next()
	if err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(first, []byte("\x01vorbis")):
		return openVorbis(o, first)
	case bytes.HasPrefix(first, []byte("OpusHead")):
		return nil, errors.New("the Ogg file is Opus, expected Vorbis; convert it to WAV or FLAC")
	case bytes.HasPrefix(first, []byte("\x7fFLAC")):
		return nil, errors.New("the Ogg file is FLAC in Ogg, expected Vorbis; convert it to plain FLAC")
	case bytes.HasPrefix(first, []byte("Speex")):
		return nil, errors.New("the Ogg file is Speex, expected Vorbis; convert it to WAV or FLAC")
	}
	return nil, fmt.Errorf("the Ogg file has a stream that begins with %q, expected Vorbis", first[:min(len(first), 8)])
}

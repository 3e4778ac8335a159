package sound_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/internal/sound"
)

func decode(b []byte, l sound.Limits) (sound.Clip, error) {
	return sound.Decode(bytes.NewReader(b), int64(len(b)), l)
}

func read(t testing.TB, name string) []byte {
	b, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return b
}

// header is a WAV file's of 16 bits, with a data part of the given size.
func header(channels, rate, bits int, data uint32) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF"), le.AppendUint32(nil, 36+data)...)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00"...)
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*channels*bits/8))
	b = le.AppendUint16(b, uint16(channels*((bits+7)/8)))
	b = le.AppendUint16(b, uint16(bits))
	return le.AppendUint32(append(b, "data"...), data)
}

func TestBadFiles(t *testing.T) {
	float := func(v float32) []byte {
		var b bytes.Buffer
		info := sound.Info{Encoding: "PCM_F", Bits: 32, Rate: 8000, Channels: 2}
		require.NoError(t, sound.WriteWAV(&b, sound.Clip{Info: info, Data: []float32{0, 1, 2, v}}))
		return b.Bytes()
	}
	other := func(at int, v byte, b []byte) []byte {
		b = bytes.Clone(b)
		b[at] = v
		return b
	}
	mp3 := read(t, "16000_1.mp3")
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"empty":            {nil, "expected a sound file (WAV, FLAC, MP3 or Ogg Vorbis), found an empty file"},
		"text":             {[]byte("hello, world"), `found a file that begins with "hello, w"`},
		"png":              {[]byte("\x89PNG\r\n\x1a\n"), "PNG"},
		"aiff":             {[]byte("FORM\x00\x00\x00\x00AIFFCOMM"), "found AIFF; convert it"},
		"m4a":              {[]byte("\x00\x00\x00\x20ftypM4A "), "MP4 or M4A"},
		"rifx":             {[]byte("RIFX\x00\x00\x00\x00WAVE"), "big-endian"},
		"wav header only":  {[]byte("RIFF\x00\x00\x00\x00WAVE"), "cut short"},
		"no format":        {[]byte("RIFF\x00\x00\x00\x00WAVEdata\x02\x00\x00\x00ab"), "no format before its data"},
		"short format":     {[]byte("RIFF\x00\x00\x00\x00WAVEfmt \x04\x00\x00\x00abcd"), "expected at least 16"},
		"no channels":      {header(0, 8000, 16, 0), "0 channels, expected 1 to 64"},
		"many channels":    {header(1000, 8000, 16, 0), "1000 channels"},
		"no rate":          {header(1, 0, 16, 0), "0 samples per second"},
		"64 bits":          {header(1, 8000, 64, 0), "64 bits in 8 bytes, expected PCM of 8 to 32 bits"},
		"0 bits":           {header(1, 8000, 0, 0), "expected PCM"},
		"adpcm":            {other(20, 2, header(1, 8000, 4, 0)), "Microsoft ADPCM"},
		"block":            {other(32, 3, header(2, 8000, 16, 0)), "expected PCM"},
		"cut wav":          {append(header(1, 8000, 16, 100), 1, 2, 3, 4), "100 bytes of samples, but only 4 are there: the file is cut short"},
		"half a frame":     {append(header(2, 8000, 16, 6), 1, 2, 3, 4, 5, 6), "no multiple of a frame's 4"},
		"long part":        {[]byte("RIFF\x00\x00\x00\x00WAVELIST\xff\xff\x00\x00a"), `part "LIST" has 65535 bytes, but only 1 are left`},
		"nan":              {float(float32(math.NaN())), "frame 1, channel 1 is NaN"},
		"infinite":         {float(float32(math.Inf(-1))), "frame 1, channel 1 is -Inf"},
		"cut flac":         {read(t, "stereo.flac")[:8000], "cut short"},
		"flac without end": {read(t, "mono_pcm_16.flac")[:60], "cut short"},
		"flac header":      {[]byte("fLaC\x00\x00\x00\x22"), "cut short"},
		"flac bit":         {other(6000, 99, read(t, "stereo.flac")), "damaged"},
		"cut ogg":          {read(t, "16000_1.ogg")[:4600], "cut short"},
		"ogg bit":          {other(4000, 99, read(t, "16000_1.ogg")), "checksum"},
		"opus":             {oggPage(0, 2, []byte("OpusHead\x01\x01")), "Opus"},
		"cut mp3":          {read(t, "16000_1.mp3")[:2000], "cut short"},
		"mp3 junk inside":  {other(4+bytes.Index(mp3[4:], mp3[:2]), 1, mp3), "damaged: no frame at byte"},
		"mp2":              {[]byte("\xff\xfd\x90\x00aaaaaaaaaaaaaaaaaaaa"), "layer 2"},
		"mp3 tag only":     {[]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), "ID3"},
		"mp3 nothing":      {append([]byte("ID3\x04\x00\x00\x00\x00\x00\x00"), make([]byte, 5000)...), "no frame"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode(c.file, sound.Limits{})
			require.ErrorContains(t, err, c.says)
		})
	}
}

// Programs that write into a pipe, or are killed, leave a header that does not know how much follows.
func TestUnfinishedHeader(t *testing.T) {
	for _, size := range []uint32{0, math.MaxInt32, math.MaxUint32} {
		c, err := decode(append(header(1, 8000, 16, size), 0, 64, 0, 192, 7), sound.Limits{})
		require.NoError(t, err)
		require.Equal(t, []float32{.5, -.5}, c.Data)
	}
}

// What is there of a file that is cut short is read on demand alone.
func TestTruncated(t *testing.T) {
	for _, name := range []string{"stereo_pcm_16.wav", "stereo.flac", "44100_2.mp3", "8000_2.ogg"} {
		whole, err := sound.Open("testdata/"+name, sound.Limits{})
		require.NoError(t, err)
		b := read(t, name)
		b = b[:len(b)*7/8]
		_, err = decode(b, sound.Limits{})
		require.ErrorIs(t, err, sound.ErrTruncated, name)
		part, err := decode(b, sound.Limits{Truncated: true})
		require.NoError(t, err, name)
		require.Less(t, len(part.Data), len(whole.Data), name)
		require.Equal(t, len(part.Data), 2*part.Frames)
		if name != "8000_2.ogg" { // its last packets lie on one page
			require.Greater(t, len(part.Data), len(whole.Data)/2, name)
			require.Equal(t, whole.Data[:len(part.Data)], part.Data, name)
		}
	}
}

func TestNoRegularFile(t *testing.T) {
	dir := t.TempDir()
	_, err := sound.Open(dir, sound.Limits{})
	require.ErrorContains(t, err, "expected a sound file, found a folder")
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	_, err = sound.Open(pipe, sound.Limits{})
	require.ErrorContains(t, err, "a pipe")
	_, err = sound.Stat(filepath.Join(dir, "none.wav"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "none.wav")
}

// Code books that ask for terabytes, or never end, are refused before any room is made for them.
func TestVorbisBombs(t *testing.T) {
	id := append([]byte("\x01vorbis\x00\x00\x00\x00\x01\x80\x3e\x00\x00"), make([]byte, 12)...)
	id = append(id, 0xb8, 1)
	setup := func(book string) []byte {
		b := oggPage(0, 2, id)
		b = append(b, oggPage(1, 0, []byte("\x03vorbis\x00\x00\x00\x00\x00\x00\x00\x00\x01"))...)
		return append(b, oggPage(2, 0, append([]byte("\x05vorbis\x00"), book...))...)
	}
	for name, book := range map[string]string{
		"dimensions":          "BCV\xff\xff\xff\xff\xff\x00",
		"no dimension":        "BCV\x00\x00\x10\x00\x00\x00",
		"no entry":            "BCV\x01\x00\x00\x00\x00\x00",
		"one entry":           "BCV\x01\x00\x01\x00\x00\x00",
		"ordered without end": "BCV\x01\x00\x00\x10\x00\x01",
		"sparse and empty":    "BCV\x01\x00\x10\x00\x00\x02\x00\x00\x00\x00\x00\x00",
		"ends":                "BCV\x01\x00\x00\x10\x00\x00",
		"no book":             "XYZ",
	} {
		start := time.Now()
		_, err := decode(setup(book), sound.Limits{})
		require.ErrorContains(t, err, "code book 0 is damaged", name)
		require.Less(t, time.Since(start), time.Minute)
	}
}

// Residues that end before they begin kept the decoder busy for ever.
func TestVorbisResidueBackwards(t *testing.T) {
	_, err := sound.Open("testdata/bad/residue.ogg", sound.Limits{})
	require.ErrorContains(t, err, "a residue of kind")
}

// A FLAC of silence is a few bytes for each 65,535 samples of eight channels; the limit holds it.
func TestSilenceBomb(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, sound.WriteFLAC(&b, sound.Clip{
		Info: sound.Info{Encoding: "FLAC", Bits: 16, Rate: 8000, Channels: 8}, Data: make([]float32, 8<<17),
	}))
	require.Less(t, b.Len(), 4000)
	_, err := decode(b.Bytes(), sound.Limits{MaxSamples: 8 << 16})
	require.ErrorContains(t, err, "more than 524288 samples; read a part of it")
	mean, err := decode(b.Bytes(), sound.Limits{MaxSamples: 1 << 17, Mixed: true}) // the limit is of what is held
	require.NoError(t, err)
	require.Equal(t, []int{1, 1 << 17}, []int{mean.Channels, mean.Frames})
}

// oggPage is a page of one packet.
func oggPage(number uint32, flags byte, packet []byte) []byte {
	le := binary.LittleEndian
	b := append([]byte("OggS\x00"), flags)
	b = append(b, make([]byte, 12)...)
	b = le.AppendUint32(b, number)
	b = append(b, 0, 0, 0, 0)
	b = append(b, byte(len(packet)/255+1))
	for n := len(packet); n >= 0; n -= 255 {
		b = append(b, byte(min(n, 255)))
	}
	b = append(b, packet...)
	sum := uint32(0)
	for _, v := range b {
		sum ^= uint32(v) << 24
		for range 8 {
			sum = sum<<1 ^ sum>>31*0x04c11db7
		}
	}
	le.PutUint32(b[22:], sum)
	return b
}

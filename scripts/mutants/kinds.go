package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	bin "encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"multitorch/internal/archive"
	"multitorch/internal/npy"
	"multitorch/internal/pickle"
	"multitorch/internal/pt"
	"multitorch/internal/safetensors"
)

// kind is a kind of files: good ones, how they are damaged, and what reads them.
type kind struct {
	name   string
	good   [][]byte
	damage func(r *rand.Rand, file []byte) []byte
	read   func(file []byte) error
}

// kinds are all of them, made of the good files in a folder.
func kinds(folder string) []kind {
	files := func(names ...string) (all [][]byte) {
		for _, name := range names {
			content, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				panic(err)
			}
			all = append(all, content)
		}
		return all
	}
	index := []byte(`{"metadata":{"total_size":37,"alias.tied":"d"},"weight_map":{"a":"m-00001-of-00002.safetensors","d":"m-00002-of-00002.safetensors"}}`)
	var pickles [][]byte
	zips := files("zip.pt", "new.pt", "quantized.pt", "rare.pt")
	for _, file := range zips {
		pickles = append(pickles, entries(file)["data.pkl"])
	}
	return []kind{
		{"safetensors", files("official.safetensors"), damageHeader, readSafetensors},
		{"sharded index", [][]byte{index}, damageBytes, func(b []byte) error { _, err := safetensors.ParseIndex(b); return err }},
		{"npy", files("array.npy"), damageBytes, readNpy},
		{"npz", files("arrays.npz"), damageBytes, readNpz},
		{"pt, zip", zips, damageBytes, readPT},
		{"pt, zip's pickle", pickles, damageBytes, func(b []byte) error { return readPT(zipOf(b)) }},
		{"pt, older", files("legacy.pt"), damageBytes, readPT},
		{"pickle", pickles, damageBytes, func(b []byte) error {
			_, err := (&pickle.Machine{}).Load(pickle.NewReader(bytes.NewReader(b), int64(len(b))))
			return err
		}},
	}
}

// try reads n mutants, and says how many were still readable and how long the slowest took.
func (k kind) try(n int, seed uint64, limit time.Duration) (accepted int, slowest time.Duration, err error) {
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range n {
		file := bytes.Clone(k.good[r.IntN(len(k.good))])
		for range 1 + r.IntN(4) {
			file = k.damage(r, file)
		}
		begin := time.Now()
		err := k.read(file)
		took := time.Since(begin)
		slowest = max(slowest, took)
		if took > limit {
			return 0, 0, fmt.Errorf("mutant %d of seed %d took %s", i, seed, took)
		}
		if err == nil {
			accepted++
		} else if len(err.Error()) > 4000 {
			return 0, 0, fmt.Errorf("mutant %d of seed %d: the error has %d bytes", i, seed, len(err.Error()))
		}
	}
	return accepted, slowest, nil
}

// odd are numbers at which readers break.
var odd = []uint64{0, 1, 0x7f, 0x80, 0xff, 0xffff, 1 << 31, 1<<32 - 1, 1 << 40, 1<<62 + 1, 1<<63 - 1, 1 << 63, 1<<64 - 1}

// damageBytes changes, repeats, moves or removes a part.
func damageBytes(r *rand.Rand, b []byte) []byte {
	if len(b) == 0 {
		return []byte{byte(r.Uint32())}
	}
	at := r.IntN(len(b))
	part := b[at:min(len(b), at+1+r.IntN(64))]
	switch r.IntN(7) {
	case 0:
		b[at] ^= 1 << r.IntN(8)
	case 1:
		b[at] = byte(r.Uint32())
	case 2:
		word := bin.LittleEndian.AppendUint64(nil, odd[r.IntN(len(odd))])
		copy(b[at:], word[:1<<r.IntN(4)])
	case 3:
		return b[:at]
	case 4:
		return append(b[:at:at], b[at+len(part):]...)
	case 5:
		return append(append(b[:at:at], bytes.Repeat(part, 1+r.IntN(20))...), b[at:]...)
	case 6:
		copy(b[r.IntN(len(b)):], bytes.Clone(part))
	}
	return b
}

// damageHeader damages a safetensors file, mostly within its header, whose length is then right again.
func damageHeader(r *rand.Rand, b []byte) []byte {
	if len(b) < 8 || r.IntN(4) == 0 {
		return damageBytes(r, b)
	}
	n := bin.LittleEndian.Uint64(b)
	if n > uint64(len(b)-8) {
		return damageBytes(r, b)
	}
	header := damageBytes(r, bytes.Clone(b[8:8+n]))
	return append(append(bin.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), b[8+n:]...)
}

// entries are the contents of an archive, by the names without the folder.
func entries(file []byte) map[string][]byte {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		panic(err)
	}
	all := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			panic(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			panic(err)
		}
		_, name, _ := strings.Cut(f.Name, "/")
		all[name] = content
	}
	return all
}

// zipOf is a file of torch.save with a pickle and some storages, whose checksums are right.
func zipOf(data []byte) []byte {
	var b bytes.Buffer
	z := archive.NewWriter(&b)
	add := func(name string, content []byte) {
		if err := z.Add(name, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
			panic(err)
		}
	}
	add("data.pkl", data)
	for key := range 4 {
		add(fmt.Sprint("data/", key), make([]byte, 24))
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func readSafetensors(b []byte) error {
	_, err := safetensors.ReadHeader(bytes.NewReader(b), int64(len(b)))
	return err
}

func readNpy(b []byte) error {
	_, _, err := npy.ReadHeader(bufio.NewReader(bytes.NewReader(b)), int64(len(b)))
	return err
}

func readNpz(b []byte) error {
	z, err := archive.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	for _, f := range z.Entries {
		err := z.Read(f, func(r io.Reader, size int64) error {
			in := bufio.NewReader(r)
			if _, _, err := npy.ReadHeader(in, size); err != nil {
				return err
			}
			_, err := io.Copy(io.Discard, in)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func readPT(b []byte) error {
	_, err := pt.Read(bytes.NewReader(b), int64(len(b)))
	return err
}

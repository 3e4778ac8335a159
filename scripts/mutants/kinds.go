package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// kind is a kind of files: good ones, how they are damaged, and what reads them.
type kind struct {
	name       string
	good       [][]byte
	damage     func(r *rand.Rand, file []byte) []byte
	read       func(file []byte) (what string, err error) // what is the same for the same contents
	sealed     bool                                       // checksums cover the contents: damage that is not seen changes nothing
	incomplete bool                                       // the good ones can't be read: they name what their archives have elsewhere
}

// mutant is one of a kind's mutants, which any number of others doesn't change.
func (k kind) mutant(seed uint64, number int) []byte {
	file, _ := k.mutantOf(seed, number)
	return file
}

func (k kind) mutantOf(seed uint64, number int) (file []byte, of int) {
	r := rand.New(rand.NewPCG(seed, uint64(number)))
	of = r.IntN(len(k.good))
	file = bytes.Clone(k.good[of])
	for range 1 + r.IntN(4) {
		file = k.damage(r, file)
	}
	return file, of
}

// kinds are all of them, made of the good files of package torch. What is read by its name lies in dir for that.
func kinds(torchFolder, dir string) []kind {
	files := func(names ...string) (all [][]byte) {
		for _, name := range names {
			content, err := os.ReadFile(filepath.Join(torchFolder, name))
			if err != nil {
				panic(err)
			}
			all = append(all, content)
		}
		return all
	}
	zips := files("testdata/zip.pt", "testdata/new.pt", "testdata/quantized.pt", "testdata/rare.pt")
	legacy, programs := files("testdata/legacy.pt"), files("jit/testdata/model.pt")
	safetensors, npys, npzs := files("testdata/official.safetensors"), files("testdata/array.npy"), files("testdata/arrays.npz")
	var pickles [][]byte
	for _, file := range zips {
		pickles = append(pickles, entries(file)["data.pkl"])
	}
	sounds := func(ends ...string) (all [][]byte) {
		for _, end := range ends {
			names, err := filepath.Glob(filepath.Join(torchFolder, "../internal/sound/testdata/*"+end))
			if err != nil || len(names) == 0 {
				panic(fmt.Sprint("no sounds of the kind ", end, ": ", err))
			}
			for i := range names {
				names[i], _ = filepath.Rel(torchFolder, names[i])
			}
			all = append(all, files(names...)...)
		}
		return all
	}
	index, shards := shardedSet(entriesOfShard(safetensors[0]))
	l := libtorchReader{dir: dir, shards: shards}
	readable := slices.DeleteFunc(slices.Clone(zips), needsNewer)
	// Of programs the code alone stays as it is, which jit.Load says that it trusts; without its right checksum it is damaged too.
	return []kind{
		{name: "safetensors", good: safetensors, damage: damageHeader, read: plainly(readSafetensors)},
		{name: "sharded index", good: [][]byte{index}, damage: damageJSON, read: plainly(readIndex)},
		{name: "npy", good: npys, damage: damageNpy, read: plainly(readNpy)},
		{name: "npz", good: npzs, damage: inEntries(".npy", damageNpy), read: plainly(readNpz)},
		{name: "pt, zip", good: zips, damage: damageBytes, read: plainly(readPT)},
		{name: "pt, zip's pickle", good: zips, damage: inEntries("data.pkl", damagePickle), read: plainly(readPT)},
		{name: "pt, older", good: legacy, damage: damagePickle, read: plainly(readPT)},
		{name: "pickle", good: pickles, damage: damageBytes, read: plainly(readPickle), incomplete: true},
		{name: "pickle's opcodes", good: pickles, damage: damagePickle, read: plainly(readPickle), incomplete: true},
		{name: "wav", good: sounds(".wav"), damage: damageBytes, read: plainly(readSound)},
		{name: "flac and mp3", good: sounds(".flac", ".mp3"), damage: damageBytes, read: plainly(readSound)},
		{name: "ogg", good: sounds(".ogg"), damage: damageOgg, read: plainly(readSound)},

		{name: "torch safetensors", good: safetensors, damage: damageHeader, read: l.safetensors},
		{name: "torch sharded index", good: [][]byte{index}, damage: damageJSON, read: l.index},
		{name: "torch shard", good: shards[:1], damage: damageHeader, read: l.shard},
		{name: "torch npy", good: npys, damage: damageNpy, read: l.npy},
		{name: "torch npz", good: npzs, damage: inEntries(".npy", damageNpy), read: l.npz},
		{name: "torch npz, flips", good: npzs, damage: flipBit, read: l.npz, sealed: true},
		{name: "torch pt, zip", good: readable, damage: damageBytes, read: l.pt},
		{name: "torch pt, zip's pickle", good: readable, damage: inEntries("data.pkl", damagePickle), read: l.pt},
		{name: "torch pt, older", good: legacy, damage: damagePickle, read: l.pt},
		{name: "torch pt, flips", good: readable, damage: flipBit, read: l.pt, sealed: true},
		{name: "checkpoint", good: [][]byte{checkpoint(dir)}, damage: flipBit, read: l.checkpoint, sealed: true},
		{name: "checkpoint's header", good: [][]byte{checkpoint(dir)}, damage: damageHeader, read: l.checkpoint},
		{name: "jit, zip", good: programs, damage: damageBytes, read: l.jit},
		{name: "jit, pickles", good: programs, damage: inEntries("pkl", damagePickle), read: l.jit},
		{name: "jit, flips", good: programs, damage: flipBit, read: l.jit, sealed: true},
	}
}

package emoji10

import (
	"fmt"
	"path/filepath"
	"slices"
)

// edition pins down one state of the data: the packages it is made from, to the byte, and how much must come out.
type edition struct {
	pictures [numVendors]pkg // one per vendor, in the order of Vendors
	texts    pkg
	counts   [numClasses]int // emoji per class
}

// pkg is an npm package, as npm delivers it.
type pkg struct {
	name, version string
	size          int64  // bytes
	sha512        string // hexadecimal
}

// emoji16 is Unicode Emoji 16.0, the only edition so far.
var emoji16 = edition{
	pictures: [numVendors]pkg{
		{
			"emoji-datasource-google", "16.0.0", 74_344_091,
			"6517b17f3b3b315a0b9e6cd998db0ee132a19c0269e43fbe566e8fa54a47fe31104257a6a7797cf028d9f83a19d9f68cf51e10c5990e3c90a84fc0e53e17d0dc",
		},
		{
			"emoji-datasource-twitter", "16.0.0", 61_683_754,
			"ec5fae0ae1c7fbb427adcd793f9b676ef2a483d13ab65ce2e0c9d3dae5b5465378a4b613cdae9c3ff76cb487d20ccb698c52d6b997b05a0f2305bb8bd9ec842d",
		},
	},
	texts: pkg{
		"emojibase-data", "17.0.0", 6_711_091,
		"62f81be405a81d588757f82ad6aaf96406ab7018a9f81dbbfd92d1b142646e000468b959fdfa1ff60f3cd8b4e9984a728413440b49b6484988b658c7b13ca08c",
	},
	counts: [numClasses]int{169, 386, 130, 29, 131, 218, 85, 264, 224, 270},
}

func (e edition) packages() []pkg { return append(slices.Clone(e.pictures[:]), e.texts) }

// spec is what npm is asked for.
func (p pkg) spec() string { return p.name + "@" + p.version }

// path is where the package lies; the file name is the one that npm gives it.
func (p pkg) path(dir string) string {
	return filepath.Join(dir, fmt.Sprintf("%s-%s.tgz", p.name, p.version))
}

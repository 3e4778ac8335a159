package emoji10

import (
	"slices"

	"multitorch/internal/source"
)

// edition pins down one state of the data: the packages it is made from, to the byte, and how much must come out.
type edition struct {
	pictures [numVendors]source.Package // one per vendor, in the order of Vendors
	texts    source.Package
	counts   [numClasses]int // emoji per class
}

// npmPackage is a package as npm delivers it: one file, under the name that npm gives it.
func npmPackage(name, version string, size int64, sha512 string) source.Package {
	return source.Package{
		Manager: source.NPM, Spec: name + "@" + version,
		Files: []source.File{{Path: name + "-" + version + ".tgz", Size: size, SHA512: sha512}},
	}
}

// emoji16 is Unicode Emoji 16.0, the only edition so far.
var emoji16 = edition{
	pictures: [numVendors]source.Package{
		npmPackage(
			"emoji-datasource-google", "16.0.0", 74_344_091,
			"6517b17f3b3b315a0b9e6cd998db0ee132a19c0269e43fbe566e8fa54a47fe31104257a6a7797cf028d9f83a19d9f68cf51e10c5990e3c90a84fc0e53e17d0dc",
		),
		npmPackage(
			"emoji-datasource-twitter", "16.0.0", 61_683_754,
			"ec5fae0ae1c7fbb427adcd793f9b676ef2a483d13ab65ce2e0c9d3dae5b5465378a4b613cdae9c3ff76cb487d20ccb698c52d6b997b05a0f2305bb8bd9ec842d",
		),
	},
	texts: npmPackage(
		"emojibase-data", "17.0.0", 6_711_091,
		"62f81be405a81d588757f82ad6aaf96406ab7018a9f81dbbfd92d1b142646e000468b959fdfa1ff60f3cd8b4e9984a728413440b49b6484988b658c7b13ca08c",
	),
	counts: [numClasses]int{169, 386, 130, 29, 131, 218, 85, 264, 224, 270},
}

func (e edition) set() source.Set {
	return source.Set{Name: "emoji10", Packages: append(slices.Clone(e.pictures[:]), e.texts)}
}

// archive is the path of a package's one file.
func archive(p source.Package, dir string) string { return p.Files[0].In(dir) }

package fashionmnist

import "multitorch/internal/source"

// A side is two files: pictures and labels.
type sideFiles struct{ pictures, labels source.File }

const folder = "usr/share/datasets/fashion-mnist/"

var (
	trainFiles = sideFiles{
		pictures: source.File{
			Path: folder + "train-images-idx3-ubyte.gz", Size: 26_421_856,
			SHA512: "f7e8d751109ef8d372922169ac7e4b67b277ace8e23474854f03e9fbea353572" +
				"46bfd8213693472de8481f1d75de9e68ace3139db28b939328372683877c8e3d",
		},
		labels: source.File{
			Path: folder + "train-labels-idx1-ubyte.gz", Size: 29_491,
			SHA512: "4511545c23410edafa8c5b0e4d281b6c0f4102213fbd6c8f637b204280940346" +
				"826b063d020a821c15cbc3aaefecc72612f135bebc73bddae216abdb824fa192",
		},
	}
	testFiles = sideFiles{
		pictures: source.File{
			Path: folder + "t10k-images-idx3-ubyte.gz", Size: 4_422_079,
			SHA512: "8a3900948b28d60d7639a6a5e1cf1140729f1600245c1c33be3c741ad4304135" +
				"0d16838c0b5c6794640da0305f3ccc0f57e04eaab3da29c4a81e01636fba9bf5",
		},
		labels: source.File{
			Path: folder + "t10k-labels-idx1-ubyte.gz", Size: 5_125,
			SHA512: "9571ba9a13d2799d8efeec69ac299ae22edef00139a7751e8712b4b986b2de1b" +
				"d4fd30aa70468866cac4527ef619521488f7e507b91be3a5457cb8c88c07a657",
		},
	}
)

// edition is the files of the data, and how many pictures they hold.
type edition struct {
	set         source.Set
	train, test sideFiles
	counts      [2]int
}

func newEdition(train, test sideFiles, counts [2]int) edition {
	return edition{train: train, test: test, counts: counts, set: source.Set{Name: "fashionmnist", Packages: []source.Package{{
		Manager: source.APT, Spec: "dataset-fashion-mnist",
		Files: []source.File{train.pictures, train.labels, test.pictures, test.labels},
	}}}}
}

var debians = newEdition(trainFiles, testFiles, [2]int{60_000, 10_000})

package fashionmnist

import "math/rand/v2"

// Synthetic is a data set of the same form that needs no files: train and test pictures of noise, over which class c has a
// bright bar two pixels high. A small network learns it within a few dozen steps. The same seed gives the same pictures.
func Synthetic(train, test int, seed uint64) *Data {
	source := rand.New(rand.NewPCG(seed, 0))
	return &Data{Train: syntheticSide(source, train), Test: syntheticSide(source, test)}
}

func syntheticSide(source *rand.Rand, n int) *Side {
	pixels, labels := make([]uint8, n*Size*Size), make([]uint8, n)
	for i := range n {
		class := source.IntN(numClasses)
		labels[i] = uint8(class)
		picture := pixels[i*Size*Size : (i+1)*Size*Size]
		for j := range picture {
			picture[j] = uint8(source.IntN(100))
			if y := j/Size - 4; y >= 0 && y/2 == class {
				picture[j] += 150
			}
		}
	}
	side, err := NewSide(pixels, labels)
	if err != nil {
		panic(err) // out of memory: what is wrong with the pictures would be this function's fault
	}
	return side
}

package image_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"multitorch/multimodal/image"
)

func Example() {
	dir, err := os.MkdirTemp("", "pictures")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "blue.png")
	if err := image.Uniform(48, 64, 0, 0, 255).Save(path); err != nil {
		fmt.Println(err)
		return
	}
	m, err := image.Open(context.Background(), path, image.ModeRGB, image.Orient(true))
	if err != nil {
		fmt.Println(err)
		return
	}
	x := m.ResizeShorter(36, image.Bicubic).CenterCrop(32, 32).Tensor()
	fmt.Println(m)
	fmt.Println(x.Shape(), x.DType(), x.Max().Item())
	// Output:
	// 3 channels of 48 x 64
	// [3 32 32] float32 1
}

func ExampleCompose_Sample() {
	augment := image.Compose{
		image.RandomCrop{Height: 2, Width: 3},
		image.RandomHorizontalFlip{},
		image.ColorJitter{Brightness: 0.5},
	}
	m := image.New(4, 5, 1)
	for i := range m.Pix {
		m.Pix[i] = uint8(10 * i)
	}
	const seed = 1
	for index := range 2 {
		sample, err := augment.Sample(m, seed, index)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(sample.Pix)
	}
	_, err := image.Compose{image.RandomCrop{Height: 9, Width: 9}}.Sample(m, seed, 0)
	fmt.Println(err != nil)
	// Output:
	// [25 38 51 90 103 116]
	// [26 19 13 59 53 46]
	// true
}

func ExampleImage_Contours() {
	m := image.New(5, 7, 1)
	for y := 1; y < 4; y++ {
		for x := 2; x < 6; x++ {
			m.At(y, x)[0] = 255
		}
	}
	for _, c := range m.Contours() {
		fmt.Println(c.Simplified(), c.Area())
	}
	// Output: [{1 2} {3 2} {3 5} {1 5}] 6
}

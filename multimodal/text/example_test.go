package text_test

import (
	"fmt"
	"slices"

	"multitorch/multimodal/text"
)

// From text to the tensors that an embedding and a packed recurrent network take.
func Example() {
	texts := [][]string{
		text.BasicEnglish("The cat sat on the mat."),
		text.BasicEnglish("The dog didn't."),
	}
	vocabulary, err := text.BuildVocabulary(slices.Values(texts), text.Specials{"<pad>", "<unk>"})
	if err == nil {
		vocabulary, err = vocabulary.WithDefault("<unk>")
	}
	if err != nil {
		panic(err)
	}
	var lists [][]int64
	for _, tokens := range append(texts, []string{"the", "zebra"}) {
		numbers, err := vocabulary.Encode(tokens)
		if err != nil {
			panic(err)
		}
		lists = append(lists, numbers)
	}
	ids, lengths, err := text.Pad(lists, text.MaxLength(6))
	if err != nil {
		panic(err)
	}
	fmt.Println(vocabulary.Tokens())
	fmt.Println(ids)
	fmt.Println(lengths)
	// Output:
	// [<pad> <unk> the . ' cat didn dog mat on sat t]
	// tensor([[ 2,  5, 10,  9,  2,  8],
	//         [ 2,  7,  6,  4, 11,  3],
	//         [ 2,  1,  0,  0,  0,  0]])
	// tensor([6, 6, 2])
}

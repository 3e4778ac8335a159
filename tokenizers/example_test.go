package tokenizers_test

import (
	"fmt"

	"multitorch/tokenizers"
)

func Example() {
	tok, err := tokenizers.New(tokenizers.Config{
		Normalizer:   tokenizers.BertNormalizer{CleanText: true, Lowercase: true},
		PreTokenizer: tokenizers.BertPreTokenizer{},
		Model:        tokenizers.NewWordPiece(tokenizers.Vocab{"[UNK]": 0, "token": 1, "##izer": 2, "##s": 3, "!": 4}),
		Decoder:      tokenizers.WordPieceDecoder{Prefix: "##", Cleanup: true},
	})
	if err != nil {
		panic(err)
	}
	e, err := tok.Encode("Tokenizers!")
	if err != nil {
		panic(err)
	}
	fmt.Println(e.IDs, e.Tokens, e.Offsets)
	text, err := tok.Decode(e.IDs)
	fmt.Println(text, err)
	// Output:
	// [1 2 3 4] [token ##izer ##s !] [{0 5} {5 9} {9 10} {10 11}]
	// tokenizers! <nil>
}

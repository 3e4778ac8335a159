package ctc_test

import (
	"fmt"

	"multitorch/multimodal/ctc"
	"multitorch/torch"
)

// Scores of four steps over the blank, "a" and "b" are read greedily and by a search, and their text is aligned.
func Example() {
	alphabet := ctc.NewAlphabet("ab")
	scores := torch.FromSlice([]float32{
		0.1, 0.8, 0.1, // a
		0.2, 0.5, 0.3, // a
		0.6, 0.2, 0.2, // blank
		0.1, 0.4, 0.5, // b
	}, 4, 3).Log()

	for _, labels := range ctc.Greedy(scores.Unsqueeze(0), nil) {
		fmt.Println("greedy", alphabet.Decode(labels))
	}
	for _, h := range (ctc.Beam{Alphabet: alphabet, Width: 8}).Search(scores)[:2] {
		fmt.Printf("beam   %-2s %.2f\n", h.Text, h.Sound)
	}
	spans, err := ctc.Align(scores, []int64{1, 2})
	if err != nil {
		panic(err)
	}
	for _, s := range spans {
		fmt.Println("steps ", s.Start, "to", s.End, alphabet.Decode([]int64{s.Label}))
	}
	fmt.Printf("edits  %+v\n", ctc.Words("press the pound key", "press pound the key"))
	// Output:
	// greedy ab
	// beam   ab -1.06
	// beam   aa -1.82
	// steps  0 to 2 a
	// steps  3 to 4 b
	// edits  {Hits:3 Substitutions:0 Deletions:1 Insertions:1}
}

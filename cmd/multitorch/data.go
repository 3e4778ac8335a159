package main

import (
	"context"
	"fmt"

	"multitorch/datasets/emoji10"
)

type dataCmd struct {
	dataFlags
}

// Run makes sure that the data is there, and counts it.
func (c *dataCmd) Run(ctx context.Context) error {
	data, err := openData(ctx, c.dataFlags)
	if err != nil {
		return err
	}
	sides := data.Split(c.options())
	counts := make([]int, len(emoji10.Classes()))
	for _, e := range data.Emoji {
		counts[e.Class]++
	}
	fmt.Printf("Emoji-10 in %s: %d emoji, each from %v\n", data.Dir, len(data.Emoji), emoji10.Vendors())
	for i, name := range emoji10.Classes() {
		fmt.Printf("  %-20s %4d\n", name, counts[i])
	}
	fmt.Printf("split (%s): %d training and %d test samples, %d words\n",
		c.options(), sides.Train.Len(), sides.Test.Len(), sides.Vocabulary.Len())
	return nil
}

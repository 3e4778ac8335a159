package sortofclevr_test

import (
	"fmt"

	"multitorch/datasets/sortofclevr"
)

// A scene, and the first questions of the dialogue about it.
func Example() {
	data := sortofclevr.Generate(sortofclevr.Options{Train: 1, Test: 1, Seed: 5})
	scene := data.Train.Scenes[0]
	for _, o := range scene {
		fmt.Println(o)
	}
	for _, turn := range data.Train.Dialogues[0][:5] {
		fmt.Println(turn.Spoken(), scene.Answer(turn.Question))
	}
	// Output:
	// red circle at (37, 36)
	// blue rectangle at (57, 16)
	// green rectangle at (25, 66)
	// orange rectangle at (60, 34)
	// yellow rectangle at (18, 10)
	// gray rectangle at (24, 29)
	// which shape is furthest from the blue one? rectangle
	// how many objects have its shape? 5
	// what shape is the thing nearest to it? rectangle
	// is it at the top? yes
	// which shape is closest to it? rectangle
}

// What "it" is, is remembered from question to question.
func ExampleMemory() {
	var memory sortofclevr.Memory
	for _, text := range []string{"what shape is the red object?", "is it on the left?", "and the blue one?", "is it big?"} {
		q, err := memory.Parse(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(q.Color, q.Kind)
	}
	// Output:
	// red shape
	// red left
	// blue left
	// the word "big" is unknown
}

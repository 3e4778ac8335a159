package speech_test

import (
	"fmt"
	"os"

	"multitorch/transformers/speech"
)

func Example() {
	// Of speech.Load(dir) and its Transcribe.
	transcript := &speech.Transcript{Text: "Good morning. Goodbye.", Duration: 4, Segments: []speech.Segment{
		{ID: 0, Start: 0, End: 1.5, Text: " Good morning."}, {ID: 1, Start: 2, End: 3.25, Text: " Goodbye."},
	}}
	if err := transcript.Write(os.Stdout, speech.SRT); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1
	// 00:00:00,000 --> 00:00:01,500
	// Good morning.
	//
	// 2
	// 00:00:02,000 --> 00:00:03,250
	// Goodbye.
}

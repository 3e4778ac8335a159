package functional_test

import (
	"fmt"
	"math"

	fn "multitorch/multimodal/audio/functional"
	"multitorch/torch"
)

func ExampleYIN() {
	second := torch.Arange(0, 16000, 1, torch.Float32).Div(16000)
	a := second.Mul(2 * math.Pi * 220).Sin()
	pitch := fn.YIN(a, 16000, 80, 500, fn.YINOptions{})
	fmt.Printf("%.0f Hz in the middle of %d frames\n", pitch.Index(16).Item(), pitch.Size(0))
	// Output: 220 Hz in the middle of 32 frames
}

package device_test

import (
	"context"
	"fmt"
	"time"

	"multitorch/multimodal/audio/device"
)

func ExampleRecord() {
	// Null is for this example: leave it out to record from the microphone.
	wave, err := device.Record(context.Background(), 200*time.Millisecond, device.Rate(16000), device.Null(true))
	fmt.Println(wave.Shape(), err)
	// Output: [1 3200] <nil>
}

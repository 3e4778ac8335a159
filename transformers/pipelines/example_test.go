package pipelines_test

import (
	"context"
	"fmt"

	"multitorch/transformers/pipelines"
)

func Example() {
	zero, err := pipelines.NewZeroShotImageClassifier("clip-vit-base-patch32")
	if err != nil {
		fmt.Println("there is no such folder here")
		return
	}
	found, err := zero.Classify(context.Background(), []string{"cat", "dog", "bird"}, "picture.jpg")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found[0][0].Label)
	// Output: there is no such folder here
}

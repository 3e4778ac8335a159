package processors_test

import (
	"fmt"

	"multitorch/transformers/processors"
)

func Example() {
	config, err := processors.Defaults("CLIPImageProcessor")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := processors.NewImageProcessor(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := p.Process(synthetic(300, 400, 3), synthetic(240, 240, 1)) // photographs
	fmt.Println(x.Shape(), x.DType())
	_, err = processors.ParseImageConfig([]byte(`{"image_processor_type": "CLIPImageProcessor", "do_thumbnail": false}`), "")
	fmt.Println(err != nil)
	// Output:
	// [2 3 224 224] float32
	// true
}

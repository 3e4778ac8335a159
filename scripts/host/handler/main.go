// Command handler sees that C++'s new handler is called in a program with the toolkit.
package main

// int handler_called(void);
import "C"

import (
	"fmt"
	"os"

	"multitorch/torch"
)

func main() {
	called := C.handler_called()
	fmt.Printf("sum %g, handler called %d times\n", torch.Ones(torch.Shape{3}).Sum().Item(), called)
	if called != 1 {
		os.Exit(1)
	}
}

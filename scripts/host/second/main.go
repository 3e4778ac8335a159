// Command second links a C++ allocator of its own beside the toolkit, which then serves
// libtorch, too.
package main

// long second_served(void);
import "C"

import (
	"fmt"
	"os"

	"multitorch/torch"
)

func main() {
	before := C.second_served()
	sum := torch.Ones(torch.Shape{1000}).Add(torch.Ones(torch.Shape{1000})).Sum().Item()
	served := C.second_served() - before
	fmt.Printf("sum %g, %d allocations served\n", sum, served)
	if sum != 2000 || served == 0 {
		os.Exit(1)
	}
}

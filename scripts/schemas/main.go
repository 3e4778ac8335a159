// Command schemas prints the aten operators of the running libtorch, one schema
// a line and sorted: what the generator of package aten reads.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"multitorch/internal/libtorch"
)

func main() {
	schemas, err := libtorch.Schemas()
	if err != nil {
		fmt.Fprintln(os.Stderr, "schemas:", err)
		os.Exit(1)
	}
	all := slices.DeleteFunc(strings.Split(strings.TrimSpace(schemas), "\n"), func(s string) bool { return !strings.HasPrefix(s, "aten::") })
	slices.Sort(all)
	fmt.Println(strings.Join(slices.Compact(all), "\n"))
}

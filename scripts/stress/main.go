// Command stress runs a program's life in short: goroutines that compute, train, panic,
// end, and leave their tensors to the collector, each mode in a process of its own, and
// each under the allocators that are here. A mode must not crash, compute wrong numbers,
// or hold more at its end than after its first quarter.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

func main() {
	span := flag.Duration("time", 5*time.Second, "how long each mode runs")
	only := flag.String("modes", strings.Join(names(), ","), "the modes to run")
	preload := flag.String("preload", "all", "allocators to put before the program's own: paths, \"none\", or \"all\" that are here")
	worker := flag.String("worker", "", "run one mode in this process")
	flag.Parse()
	var err error
	if *worker != "" {
		err = work(*worker, *span)
	} else {
		err = runAll(strings.Split(*only, ","), allocators(*preload), *span)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "stress:", err)
		os.Exit(1)
	}
}

func names() []string {
	var ns []string
	for n := range modes {
		ns = append(ns, n)
	}
	slices.Sort(ns)
	return ns
}

// allocators are what to preload; "" is nothing: the program's own.
func allocators(which string) []string {
	switch which {
	case "none":
		return []string{""}
	case "all":
		found := []string{""}
		for _, name := range []string{"libjemalloc.so.2", "libtcmalloc_minimal.so.4", "libmimalloc.so.2", "libc.so.6"} {
			files, _ := filepath.Glob("/usr/lib/*/" + name)
			found = append(found, files...)
		}
		return found
	}
	return strings.Split(which, ",")
}

func runAll(modes, preloads []string, span time.Duration) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	failed := 0
	for _, preload := range preloads {
		for _, mode := range modes {
			cmd := exec.Command(self, "-worker", mode, "-time", span.String())
			cmd.Env = append(os.Environ(), "LD_PRELOAD="+preload)
			out, err := cmd.CombinedOutput()
			if err != nil {
				failed++
				fmt.Printf("FAIL %-11s %s: %v\n%s\n", mode, preload, err, out)
				continue
			}
			fmt.Printf("ok   %-11s %s", mode, out)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d runs failed", failed)
	}
	return nil
}

// work runs rounds of a mode until its time is over, and holds what is left at the end
// against what was left after the first quarter.
func work(name string, span time.Duration) error {
	round, known := modes[name]
	if !known {
		return fmt.Errorf("unknown mode %q; there are %s", name, strings.Join(names(), ", "))
	}
	begin := time.Now()
	var warm usage
	rounds := 0
	for ; time.Since(begin) < span || rounds < 4; rounds++ {
		if err := round(); err != nil {
			return fmt.Errorf("round %d: %w", rounds, err)
		}
		if warm == (usage{}) && time.Since(begin) > span/4 {
			warm = settled()
		}
	}
	end := settled()
	fmt.Printf("%d rounds, %d MiB at most, %d then %d MiB, %d then %d tensors; %s\n",
		rounds, status("VmHWM")>>10, warm.kib>>10, end.kib>>10, warm.tensors, end.tensors, torch.Runtime().Malloc)
	if end.tensors > warm.tensors+100 {
		return fmt.Errorf("tensors were left behind: %d after a quarter, %d at the end", warm.tensors, end.tensors)
	}
	if end.kib > warm.kib*5/4+64<<10 {
		return fmt.Errorf("resident memory grew: %d MiB after a quarter, %d at the end", warm.kib>>10, end.kib>>10)
	}
	return nil
}

type usage struct {
	tensors int
	kib     int64
}

// settled collects garbage, and what cleanups made of it.
func settled() usage {
	// Cleanups run behind a collection, and on a busy machine far behind.
	for same, last := 0, int64(-1); same < 5; {
		runtime.GC()
		time.Sleep(50 * time.Millisecond)
		if now := int64(torch.LiveTensors()); now == last {
			same++
		} else {
			same, last = 0, now
		}
	}
	return usage{torch.LiveTensors(), status("VmRSS")}
}

// status is a number of /proc/self/status, in KiB.
func status(key string) int64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, after, _ := strings.Cut(string(b), key+":")
	n, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// Coverage says what PyTorch has and multitorch has not: it looks for a
// counterpart of every public function of torch, torch.Tensor, torch.linalg and
// torch.fft, and of every function and class of torch.nn, torch.optim and
// torch.distributions, and prints those that have none, with the reason.
//
//	go run ./scripts/coverage
//
// The names are those of PyTorch 1.13 and, from torch.nn on, of 2.15
// (testdata/*_names.txt, made by names.py). A counterpart is an exported function
// or method of the package with the same name in Go's spelling (masked_fill_ is
// MaskedFillInplace, Conv2d is NewConv2d), one that names.txt says is the same, or,
// for what few programs use, a function of torch/aten. For the rest reasons.txt
// says why not.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

func main() {
	all := flag.Bool("all", false, "print every name with its counterpart")
	flag.Parse()
	report, err := Read(".")
	if err == nil {
		err = report.Print(os.Stdout, *all)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
}

// Report is what was found.
type Report struct {
	Found       map[string]string // a name of PyTorch's and its counterpart
	Reasons     map[string]string // a name without, and why
	Unexplained []string          // names with neither
	Stale       []string          // lines of names.txt and reasons.txt that name nothing
}

// Read looks for counterparts in the source below root, the repository.
func Read(root string) (*Report, error) {
	names, err := readNames(root + "/scripts/coverage/testdata")
	if err != nil {
		return nil, err
	}
	same, err := pairs(root + "/scripts/coverage/names.txt")
	if err != nil {
		return nil, err
	}
	why, err := pairs(root + "/scripts/coverage/reasons.txt")
	if err != nil {
		return nil, err
	}
	code, err := readSource(root)
	if err != nil {
		return nil, err
	}
	r := &Report{Found: map[string]string{}, Reasons: map[string]string{}}
	used := map[string]bool{}
	for _, name := range names {
		used["names.txt: "+match(same, name)], used["reasons.txt: "+match(why, name)] = true, true
		if counterpart := code.counterpart(name); counterpart != "" {
			r.Found[name] = counterpart
		} else if p := match(same, name); p != "" && code.exported[same[p]] {
			r.Found[name] = same[p]
		} else if !learning(name) && code.operators[operatorOf(name)] {
			r.Found[name] = "torch/aten: aten::" + operatorOf(name)
		} else if p := match(why, name); p != "" {
			r.Reasons[name] = why[p]
		} else {
			r.Unexplained = append(r.Unexplained, name)
		}
	}
	for p, target := range same {
		if !code.exported[target] {
			r.Stale = append(r.Stale, "names.txt: "+p+" is said to be "+target)
		}
	}
	for file, lines := range map[string]map[string]string{"names.txt": same, "reasons.txt": why} {
		for p := range lines {
			if entry := file + ": " + p; !used[entry] {
				r.Stale = append(r.Stale, entry)
			}
		}
	}
	slices.Sort(r.Stale)
	return r, nil
}

// Print writes the report; with all, what has a counterpart too.
func (r *Report) Print(w io.Writer, all bool) error {
	if all {
		for _, name := range slices.Sorted(maps.Keys(r.Found)) {
			fmt.Fprintf(w, "%-40s %s\n", name, r.Found[name])
		}
	}
	byReason := map[string][]string{}
	for name, reason := range r.Reasons {
		byReason[reason] = append(byReason[reason], name)
	}
	for _, reason := range slices.SortedFunc(maps.Keys(byReason),
		func(a, b string) int { return cmp.Compare(len(byReason[b]), len(byReason[a])) }) {
		slices.Sort(byReason[reason])
		fmt.Fprintf(w, "%s:\n", reason)
		for _, name := range byReason[reason] {
			fmt.Fprintf(w, "    %s\n", name)
		}
	}
	fmt.Fprintf(w, "%d names: %d have a counterpart, %d have none for a reason, %d have none without a reason\n",
		len(r.Found)+len(r.Reasons)+len(r.Unexplained), len(r.Found), len(r.Reasons), len(r.Unexplained))
	for _, name := range r.Unexplained {
		fmt.Fprintf(w, "    %s\n", name)
	}
	if len(r.Unexplained)+len(r.Stale) > 0 {
		return fmt.Errorf("%d names without a reason, and lines that name nothing: %q", len(r.Unexplained), r.Stale)
	}
	return nil
}
